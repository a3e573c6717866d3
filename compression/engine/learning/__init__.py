"""Learning: what came of actions on content becomes predictions for other content, and a choice among the actions.

One outcome is what all actions made of one chunk of content (`outcomes`). A state (`state`) predicts from features of
content what each action will make of it; state 0 is a static prior. A policy (`deciding`) chooses with a state, trying
a few actions on a sample. Training (`training`) makes states from outcomes, and `evaluating` says how much better they
choose: the improvement rate.
"""
