"""One model on one dataset: plan, warnings before the run, instructions, evaluation."""
