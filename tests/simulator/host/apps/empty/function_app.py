"""An app without a function."""

import azure.functions as func

app = func.FunctionApp()
