"""What was learned, for people and programs: figures with intervals, all of them from rows of the ledger."""
