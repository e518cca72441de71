"""The national bill-payment switch."""
