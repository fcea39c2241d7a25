"""Runs the scenario table of tests/contract_scenarios: situations a lawyer writes, judged by the commands.

`table` reads the files, `workspace` has the agency in which they happen, `steps` turns each step into the
command a user would type, `told` tells the ledger what paper and packages would have told it, `compare`
holds the findings to what the contract's words say.
"""
