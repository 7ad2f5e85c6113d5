"""How are a model's weights extended, mixed, held back or taught? Arithmetic on modules and tensors, nothing else."""
