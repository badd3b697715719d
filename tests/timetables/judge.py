"""Judges inputs of AWS by botocore's own models: a line of JSON each, `[service, operation, input]`."""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator

session = botocore.session.get_session()
wrong = 0
for line in sys.stdin:
    service, operation, given = json.loads(line)
    model = session.get_service_model(service).operation_model(operation)
    # What JSON writes as text is a moment there.
    report = ParamValidator().validate(given, model.input_shape)
    if report.has_errors():
        wrong += 1
        print(f"{service} {operation}: {report.generate_report()}")
sys.exit(1 if wrong else 0)
