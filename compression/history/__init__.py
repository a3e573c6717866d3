"""What became of everything: the ledger of outcomes read, exported, and summed up for each algorithm."""
