"""What an agency reports beside the weekly package: workbooks, summaries with plots, the acceptance pack."""
