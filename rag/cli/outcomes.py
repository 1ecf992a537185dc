"""What a command tells the shell."""

OK, FAILED, MISUSED = 0, 1, 2
