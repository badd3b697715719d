"""What libraries of other people say of our documents. Each command reads JSON from standard input."""

import json
import re
import sys


def schema(path):
    """Errors of an automation against the schema of AWS's language service."""
    import jsonschema

    judge = jsonschema.Draft7Validator(json.load(open(path)))
    document = json.load(sys.stdin)
    for error in judge.iter_errors(document):
        print(list(error.path), error.message[:300])


def patterns():
    """Which attempts a parameter's pattern takes: found anywhere, as the laxest reader of patterns would."""
    asked = json.load(sys.stdin)
    for name, declared in asked["parameters"].items():
        pattern = declared["allowedPattern"]
        for attempt in asked["attempts"]:
            if re.search(pattern, attempt):
                print(name, json.dumps(attempt))


def calls():
    """Errors of calls against botocore's model."""
    import botocore.loaders
    import botocore.model
    import botocore.validate

    model = botocore.loaders.Loader().load_service_model("ssm", "service-2")
    service = botocore.model.ServiceModel(model)
    for call in json.load(sys.stdin):
        shape = service.operation_model(call["operation"]).input_shape
        report = botocore.validate.ParamValidator().validate(call["arguments"], shape)
        if report.has_errors():
            print(call["operation"], report.generate_report())


def prompt():
    """What the automation's script reads out of an output."""
    asked = json.load(sys.stdin)
    scope = {}
    exec(asked["script"], scope)
    print(json.dumps(scope["prompt"]({"output": asked["output"]}, None)))


def create(endpoint):
    """Makes the document in a pretend AWS, and says which instance has an agent."""
    import boto3

    ssm = boto3.client(
        "ssm",
        endpoint_url=endpoint,
        region_name="us-west-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    content = sys.stdin.read()
    made = ssm.create_document(
        Name="Moontide-Run", DocumentType="Command", DocumentFormat="JSON", Content=content
    )
    assert made["DocumentDescription"]["SchemaVersion"] == "2.2", made
    try:
        ssm.create_document(Name="Moontide-Run", DocumentType="Command", Content=content)
    except ssm.exceptions.DocumentAlreadyExists:
        pass
    else:
        raise AssertionError("the same name was taken twice")
    print(ssm.describe_instance_information()["InstanceInformationList"][0]["InstanceId"])


globals()[sys.argv[1]](*sys.argv[2:])
