"""What the switch decides: frozen values and pure functions, standard library only."""
