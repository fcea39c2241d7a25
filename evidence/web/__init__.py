"""The desk in the browser: accounts, pages and forms by Django; everything that is evidence by the ledger."""
