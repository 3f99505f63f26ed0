"""What files of rows have in common, however their values are found: csv, fixed width, spreadsheets, XML records."""
