"""Ways to push files to servers of participants."""
