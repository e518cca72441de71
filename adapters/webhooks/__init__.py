"""Events for banks: one file for each way of signing them."""
