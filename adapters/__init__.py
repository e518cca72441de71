"""What speaks to the outside in the outside's own way: billers, files, settlement banks, signers, clocks."""
