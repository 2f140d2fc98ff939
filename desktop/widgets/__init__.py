"""Controls of our own; each shows what it is given and says what the user did."""
