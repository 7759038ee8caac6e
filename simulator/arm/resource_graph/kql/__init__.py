"""The subset of the Kusto Query Language (KQL) that is served, read and run over rows of any sort.

A query is `table | operator | …`, and the table may be left out. What is outside of the subset is refused, never
guessed at; `docs/local-azure.md` tells what is inside. https://learn.microsoft.com/kusto/query/ has the language.
"""
