"""What screens are made of: lines, lists of rows, dialogs. No widget here parses markup."""
