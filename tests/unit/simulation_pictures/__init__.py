"""Pictures of the simulated shop."""
