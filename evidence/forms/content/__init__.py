"""What each form prints, made from the ledger: one module for each family of forms."""
