"""Judges the simulator from outside: boto3 drives a whole drill, the AWS CLI looks around.

    python judge.py http://127.0.0.1:PORT

Every reply is compared with botocore's own model of the service: no field that the model does not
know, no value that it does not allow. The world is outsiders.toml; its clock runs fast, and this
file waits for what it wants to see, never for a time.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

ENDPOINT = sys.argv[1]
REGION = "us-west-2"
# Seen in the logs of real drills, and missing in the model.
UNLISTED = {"JobLogEvent": {"LAUNCH_END"}}
# Its pattern refuses the examples in AWS's own documentation: "2020-02-19T16:18:53.544Z", "PT0.093S".
MISTAKEN = {"StringDateTime"}

signal.alarm(240)  # A judge who waits for ever ends here, with SIGALRM.


# Comparing replies with the model


def complaints(shape, value, path):
    """What the model of a JSON service has against a value."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{path} should be an object"]
        known = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        found = [f"{path}.{name} is unknown" for name in value if name not in known]
        found += [f"{path}.{name} is missing" for name in shape.required_members if name not in value]
        for name, member in known.items():
            if name in value:
                found += complaints(member, value[name], f"{path}.{name}")
        return found
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path} should be a list"]
        return [c for n, item in enumerate(value) for c in complaints(shape.member, item, f"{path}[{n}]")]
    if kind == "map":
        return [c for key, item in value.items() for c in complaints(shape.value, item, f"{path}.{key}")]
    if kind == "string":
        return complaints_of_string(shape, value, path)
    wanted = {"boolean": bool, "integer": int, "long": int, "timestamp": (int, float)}[kind]
    return [] if isinstance(value, wanted) else [f"{path} should be {kind}, is {value!r}"]


def complaints_of_string(shape, value, path):
    if not isinstance(value, str):
        return [f"{path} should be a string, is {value!r}"]
    allowed = set(shape.enum) | UNLISTED.get(shape.name, set())
    if shape.enum and value not in allowed:
        return [f"{path}: {value!r} is not a {shape.name}"]
    limits = shape.metadata
    if not limits.get("min", 0) <= len(value) <= limits.get("max", sys.maxsize):
        return [f"{path}: {value!r} has a length that {shape.name} does not allow"]
    pattern = limits.get("pattern", ".*")
    if shape.name not in MISTAKEN and not re.search(f"^(?:{pattern})$", value, re.DOTALL):
        return [f"{path}: {value!r} does not match {pattern}"]
    return []


def complaints_of_xml(shape, element, path):
    """The same for EC2, Route 53 and STS."""
    tag = lambda child: child.tag.split("}")[-1]
    if shape.type_name == "structure":
        known = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        envelope = {"requestId", "ResponseMetadata"}
        found = []
        for child in element:
            if tag(child) in known:
                found += complaints_of_xml(known[tag(child)], child, f"{path}.{tag(child)}")
            elif tag(child) not in envelope:
                found.append(f"{path}.{tag(child)} is unknown")
        return found
    if shape.type_name == "list":
        item = shape.member.serialization.get("name", "item")
        wrong = [f"{path}.{tag(child)} should be {item}" for child in element if tag(child) != item]
        return wrong + [c for n, child in enumerate(element) for c in complaints_of_xml(shape.member, child, f"{path}[{n}]")]
    if shape.type_name == "string" and shape.enum and element.text not in shape.enum:
        return [f"{path}: {element.text!r} is not a {shape.name}"]
    return []


replies_judged = 0
request_ids = set()


def judge_reply(http_response, parsed, model, **_):
    global replies_judged
    replies_judged += 1
    assert parsed["ResponseMetadata"]["RequestId"] not in request_ids, "every request has its own id"
    request_ids.add(parsed["ResponseMetadata"]["RequestId"])
    if http_response.status_code >= 300 or model.output_shape is None:
        return
    if model.service_model.metadata["protocol"] in ("ec2", "query", "rest-xml"):
        root = ElementTree.fromstring(http_response.content)
        wrapper = model.output_shape.serialization.get("resultWrapper")
        body = root if wrapper is None else next(c for c in root if c.tag.endswith(wrapper))
        found = complaints_of_xml(model.output_shape, body, model.name)
    else:
        found = complaints(model.output_shape, json.loads(http_response.content or "{}"), model.name)
    expected = model.http.get("responseCode", 200)
    if http_response.status_code != expected:
        found.append(f"{model.name}: status {http_response.status_code}, not {expected}")
    assert not found, "\n".join(found)


def client(service, region=REGION):
    made = boto3.client(
        service,
        region_name=region,
        endpoint_url=ENDPOINT,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )
    made.meta.events.register("after-call.*.*", judge_reply)
    return made


# Words for the story


def wait_until(what, question):
    """Asks until the answer is yes."""
    while True:
        answer = question()
        if answer:
            return answer
        time.sleep(0.01)


def refused(code, status, call, **arguments):
    """The call must fail in exactly this way; returns the error."""
    try:
        call(**arguments)
    except ClientError as error:
        said = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        assert said == (code, status), f"expected {(code, status)}, got {said}"
        return error.response
    raise AssertionError(f"{code} expected, but the call succeeded")


def every(client, operation, **arguments):
    """All items of a paginated operation, and the number of pages."""
    pages = list(client.get_paginator(operation).paginate(**arguments))
    key = client.get_paginator(operation).result_keys[0].expression
    return [item for page in pages for item in page[key]], len(pages)


drs, ec2, ssm, sts = client("drs"), client("ec2"), client("ssm"), client("sts")
route53 = client("route53")


def job_ended(job):
    jobs = drs.describe_jobs(filters={"jobIDs": [job["jobID"]]})["items"]
    return next((one for one in jobs if one["status"] == "COMPLETED"), None)


def who_am_i():
    assert sts.get_caller_identity()["Account"] == "123456789012"


def look_at_servers():
    servers, pages = every(drs, "describe_source_servers")
    assert (len(servers), pages) == (6, 3), (len(servers), pages)
    by_name = {s["sourceProperties"]["identificationHints"]["hostname"]: s for s in servers}
    assert by_name["db-1"]["lastLaunchResult"] == "SUCCEEDED"
    assert by_name["db-1"]["recoveryInstanceId"].startswith("i-")
    assert by_name["app-1"]["lastLaunchResult"] == "NOT_STARTED"
    assert by_name["stuck"]["dataReplicationInfo"]["dataReplicationState"] == "STALLED"
    assert "sourceCloudProperties" not in by_name["app-1"], "it is in a data centre"
    assert by_name["web-1"]["sourceCloudProperties"]["originRegion"] == "sa-east-1", "which is down"
    replication = by_name["web-1"]["dataReplicationInfo"]
    assert replication["dataReplicationState"] in ("STALLED", "DISCONNECTED"), replication
    assert replication["dataReplicationError"] == {"error": "AGENT_NOT_SEEN"}, replication
    assert by_name["web-1"]["tags"]["App"] == "shop & sons <Ltd>"
    return by_name


def meet_trouble(servers):
    some = servers["app-1"]["sourceServerID"]
    throttled = refused("ThrottlingException", 429, drs.get_launch_configuration, sourceServerID=some)
    assert throttled["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
    assert drs.get_launch_configuration(sourceServerID=some)["launchDisposition"] == "STARTED"
    try:
        drs.describe_recovery_snapshots(sourceServerID=some)
        raise AssertionError("the reply should have been lost")
    except ConnectionClosedError:
        pass
    snapshots, _ = every(drs, "describe_recovery_snapshots", sourceServerID=some)
    # The clock runs fast: the oldest point may be gone before its page is asked for.
    assert len(snapshots) in (5, 6), snapshots

    unknown = "s-00000000000000000"
    refused("ResourceNotFoundException", 404, drs.get_launch_configuration, sourceServerID=unknown)
    refused("ResourceNotFoundException", 404, drs.start_recovery, sourceServers=[{"sourceServerID": unknown}])
    error = refused("ValidationException", 400, drs.describe_source_servers, nextToken="nonsense")
    assert error["reason"] == "fieldValidationFailed", error
    assert error["fieldList"][0]["name"] == "nextToken", error
    refused("UninitializedAccountException", 400, client("drs", "eu-west-1").describe_jobs)
    error = refused("UnknownOperationException", 404, drs.initialize_service)


def look_at_other_regions(here):
    far = client("drs", "eu-central-1")
    servers, _ = every(far, "describe_source_servers")
    assert [s["sourceProperties"]["identificationHints"]["hostname"] for s in servers] == ["db-1"], servers
    assert servers[0]["sourceServerID"] != here["sourceServerID"]
    assert servers[0]["arn"].split(":")[3] == "eu-central-1", servers
    instance = servers[0]["recoveryInstanceId"]
    seen = client("ec2", "eu-central-1").describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    assert seen["Placement"]["AvailabilityZone"] == "eu-central-1a", seen
    refused("InvalidInstanceID.NotFound", 400, ec2.describe_instances, InstanceIds=[instance])
    stranger = [{"sourceServerID": servers[0]["sourceServerID"]}]
    refused("ResourceNotFoundException", 404, drs.start_recovery, sourceServers=stranger)
    wanted = [("drs", "describe_jobs"), ("ec2", "describe_instances"), ("ssm", "list_commands"), ("sts", "get_caller_identity")]
    for service, operation in wanted:
        try:
            getattr(client(service, "sa-east-1"), operation)()
            raise AssertionError("a Region that is down should not answer")
        except ConnectionClosedError:
            pass
        refused("ServiceUnavailable", 503, getattr(client(service, "ap-southeast-1"), operation))


def change_records():
    zone = "Z0123456789ABCDEFGHIJ"
    sets, pages = every(route53, "list_resource_record_sets", HostedZoneId=zone)
    names = [(one["Name"], one["Type"]) for one in sets]
    assert pages == 2, pages
    assert names == [("shop.example.", "MX"), ("api.shop.example.", "A"), ("www.shop.example.", "A")], names

    def change(action, value, name="www.shop.example", **more):
        values = [{"Value": value}]
        record = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": values, **more}
        return {"Changes": [{"Action": action, "ResourceRecordSet": record}], "Comment": "judged"}

    def send(batch, through=route53):
        return through.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)["ChangeInfo"]

    answer = send(change("UPSERT", "192.0.2.7"))
    assert (answer["Status"], answer["Comment"]) == ("PENDING", "judged"), answer
    send(change("UPSERT", "192.0.2.7"), client("route53", "eu-central-1"))
    sets, _ = every(client("route53", "eu-central-1"), "list_resource_record_sets", HostedZoneId=zone)
    assert sets[-1]["ResourceRecords"] == [{"Value": "192.0.2.7"}], "a zone has no Region"
    no = lambda batch: refused("InvalidChangeBatch", 400, send, batch=batch)
    no(change("CREATE", "192.0.2.8"))
    no(change("DELETE", "192.0.2.8"))
    no(change("UPSERT", "192.0.2.8", name="www.other.example"))
    both = change("CREATE", "192.0.2.9", name="new.shop.example")
    both["Changes"] += change("CREATE", "192.0.2.8")["Changes"]
    no(both)
    sets, _ = every(route53, "list_resource_record_sets", HostedZoneId=zone)
    assert len(sets) == 3, "a batch happens as a whole"
    send(change("DELETE", "192.0.2.7"))
    first = change("CREATE", "192.0.2.8", SetIdentifier="a", Weight=1)
    first["Changes"] += change("CREATE", "192.0.2.9", SetIdentifier="b", Weight=2)["Changes"]
    send(first)
    sets, _ = every(route53, "list_resource_record_sets", HostedZoneId=zone)
    assert [one.get("SetIdentifier") for one in sets] == [None, None, "a", "b"], sets
    refused("NoSuchHostedZone", 404, route53.list_resource_record_sets, HostedZoneId="Z0")


def drill(servers):
    """All but the protected one: two have a drill instance already, one is stalled, one is bound to fail."""
    wanted = [{"sourceServerID": server["sourceServerID"]} for name, server in servers.items() if name != "safe"]
    job = drs.start_recovery(sourceServers=wanted, isDrill=True, tags={"moontide": "judge"})["job"]
    assert (job["status"], job["type"], job["initiatedBy"]) == ("PENDING", "LAUNCH", "START_DRILL")
    error = refused("ConflictException", 409, drs.start_recovery, sourceServers=wanted[:1])
    assert error["resourceId"] == wanted[0]["sourceServerID"], error

    job = wait_until("the job", lambda: job_ended(job))
    assert job["tags"] == {"moontide": "judge"}
    statuses = {p["sourceServerID"]: p["launchStatus"] for p in job["participatingServers"]}
    failed = servers["web-1"]["sourceServerID"]
    assert statuses.pop(failed) == "FAILED" and set(statuses.values()) == {"LAUNCHED"}, statuses

    log, _ = every(drs, "describe_job_log_items", jobID=job["jobID"])
    events = [(item["event"], item["eventData"].get("sourceServerID")) for item in log]
    assert events[0][0] == "JOB_START" and events[-1][0] == "JOB_END", events
    for event in "CLEANUP_START", "CLEANUP_END", "SNAPSHOT_END", "LAUNCH_END":
        assert (event, servers["db-1"]["sourceServerID"]) in events, event
    for behind in "stuck", "web-1":
        assert ("USING_PREVIOUS_SNAPSHOT", servers[behind]["sourceServerID"]) in events, behind
    failure = next(item for item in log if item["event"] == "LAUNCH_FAILED")
    assert failure["eventData"]["rawError"] == "InsufficientInstanceCapacity", failure
    return job


def leave_what_is_protected(server):
    seen = ec2.describe_instances(InstanceIds=[server["recoveryInstanceId"]])["Reservations"][0]["Instances"][0]
    assert seen["Placement"]["AvailabilityZone"] == "us-west-2b", seen
    refused("OperationNotPermitted", 400, ec2.terminate_instances, InstanceIds=[server["recoveryInstanceId"]])
    launch = drs.start_recovery(sourceServers=[{"sourceServerID": server["sourceServerID"]}], isDrill=True)
    end = drs.terminate_recovery_instances
    for start in lambda: launch, lambda: end(recoveryInstanceIDs=[server["recoveryInstanceId"]]):
        job = start()["job"]
        job = wait_until("the job", lambda: job_ended(job))
        assert job["participatingServers"][0]["launchStatus"] == "FAILED", job
        log, _ = every(drs, "describe_job_log_items", jobID=job["jobID"])
        failure = next(item for item in log if item["event"] == "CLEANUP_FAIL")
        assert "OperationNotPermitted" in failure["eventData"]["rawError"], failure


def look_at_instances(job, servers):
    found, _ = every(drs, "describe_recovery_instances")
    found = [one for one in found if one["sourceServerID"] != servers["safe"]["sourceServerID"]]
    assert {instance["jobID"] for instance in found} == {job["jobID"]}, "the old ones are gone"
    assert all(instance["isDrill"] for instance in found)
    assert {instance["originEnvironment"] for instance in found} == {"ON_PREMISES"}
    ids = [instance["recoveryInstanceID"] for instance in found]

    def checks_passed():
        statuses, _ = every(ec2, "describe_instance_status", InstanceIds=ids, IncludeAllInstances=True)
        return all(
            one["InstanceState"]["Name"] == "running" and one["InstanceStatus"]["Status"] == "ok"
            for one in statuses
        )

    wait_until("status checks", checks_passed)
    wanted = [{"Name": "tag:Tier", "Values": ["data*"]}]
    reservations, _ = every(ec2, "describe_instances", Filters=wanted)
    names = [
        tag["Value"]
        for reservation in reservations
        for instance in reservation["Instances"]
        for tag in instance["Tags"]
        if tag["Key"] == "Name" and instance["State"]["Name"] == "running"
    ]
    assert sorted(names) == ["db-1", "db-2"], names

    tags = [{"Key": "Owner", "Value": "judge"}]
    refused("InternalError", 500, ec2.create_tags, Resources=ids[:1], Tags=tags)
    ec2.create_tags(Resources=ids[:1], Tags=tags)
    ec2.reboot_instances(InstanceIds=ids[:1])
    wait_until("status checks after the reboot", checks_passed)
    for call in ec2.describe_instances, ec2.reboot_instances:
        refused("InvalidInstanceID.NotFound", 400, call, InstanceIds=["i-00000000000000000"])
    refused("InvalidInstanceID.Malformed", 400, ec2.terminate_instances, InstanceIds=["database"])

    try_tags(ids[0], found[0]["arn"])
    arn = found[0]["arn"]
    drs.tag_resource(resourceArn=arn, tags={"Checked by": "judge/1"})
    assert drs.list_tags_for_resource(resourceArn=arn)["tags"]["Checked by"] == "judge/1"
    drs.untag_resource(resourceArn=arn, tagKeys=["Checked by"])
    assert "Checked by" not in drs.list_tags_for_resource(resourceArn=arn)["tags"]
    return {instance["sourceServerID"]: instance["recoveryInstanceID"] for instance in found}


def try_tags(instance, arn):
    wrong = [{"aws:x": "y"}, {"AWS:x": "y"}, {"": "y"}, {"k" * 129: "y"}, {"k": "y" * 257}]
    for tags in wrong:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        refused("InvalidParameterValue", 400, ec2.create_tags, Resources=[instance], Tags=listed)
        error = refused("ValidationException", 400, drs.tag_resource, resourceArn=arn, tags=tags)
        assert error["fieldList"][0]["name"] == "tags", error
    many = [{"Key": f"key-{n}", "Value": ""} for n in range(50)]
    refused("TagLimitExceeded", 400, ec2.create_tags, Resources=[instance], Tags=many)
    ec2.create_tags(Resources=[instance], Tags=[{"Key": "Empty", "Value": ""}, {"Key": "k" * 128, "Value": "v" * 256}])
    seen = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["Tags"]
    seen = {tag["Key"]: tag["Value"] for tag in seen}
    assert seen["Empty"] == "" and seen["k" * 128] == "v" * 256 and "key-0" not in seen, seen
    by_nothing = [{"Name": "tag:Empty", "Values": [""]}]
    assert len(every(ec2, "describe_instances", Filters=by_nothing)[0]) == 1
    drs.tag_resource(resourceArn=arn, tags={"Empty": ""})
    assert drs.list_tags_for_resource(resourceArn=arn)["tags"]["Empty"] == ""


def run_document(instance, document, **parameters):
    """Sends it to one instance, and waits for its end there."""
    order = {"DocumentName": document, "Parameters": parameters, "Comment": "judge"}
    command = ssm.send_command(InstanceIds=[instance], **order)["Command"]

    def ended():
        try:
            one = ssm.get_command_invocation(CommandId=command["CommandId"], InstanceId=instance)
        except ssm.exceptions.InvocationDoesNotExist:
            return None
        return one if one["Status"] not in ("Pending", "InProgress") else None

    return wait_until("the command", ended)


def run_commands(ids):
    agents, _ = every(ssm, "describe_instance_information", Filters=[{"Key": "InstanceIds", "Values": ids}])
    assert {agent["PingStatus"] for agent in agents} == {"Online"} and len(agents) == len(ids)

    def run(script):
        return run_document(ids[0], "AWS-RunShellScript", commands=[script])

    result = run("pg_isready")
    assert (result["Status"], result["ResponseCode"]) == ("Success", 0), result
    assert result["StandardOutputContent"] == "accepting connections\n"
    result = run("false")
    assert (result["Status"], result["ResponseCode"]) == ("Failed", 3), result
    invocations, _ = every(ssm, "list_command_invocations", Details=True)
    assert len(invocations) == 2 and invocations[0]["CommandPlugins"][0]["Output"] == "no"
    since = [{"key": "InvokedAfter", "value": "2020-01-01T00:00:00Z"}]
    commands, _ = every(ssm, "list_commands", Filters=since)
    assert [command["Comment"] for command in commands] == ["judge", "judge"]

    script = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["true"]}}
    stranger = ["i-00000000000000000"]
    refused("InvalidInstanceId", 400, ssm.send_command, InstanceIds=stranger, **script)
    for name in "Nothing", "AWS-RunShelScript":
        refused("InvalidDocument", 400, ssm.send_command, InstanceIds=ids, DocumentName=name)
    refused("InvalidParameters", 400, ssm.send_command, InstanceIds=ids, DocumentName="AWS-RunShellScript")


def run_documents_of_aws(linux, windows):
    script = {"Parameters": {"commands": ["true"]}}
    order = {"DocumentName": "AWS-RunShellScript", **script}
    refused("UnsupportedPlatformType", 400, ssm.send_command, InstanceIds=[linux, windows], **order)
    result = run_document(windows, "AWS-RunPowerShellScript", commands=["true"])
    assert (result["Status"], result["PluginName"]) == ("Success", "aws:runPowerShellScript"), result
    result = run_document(linux, "AWS-RunPowerShellScript", commands=["true"])
    assert (result["Status"], result["ResponseCode"]) == ("Failed", 1), result
    assert "/usr/bin/pwsh: no such file" in result["StandardErrorContent"], result
    for machine in linux, windows:
        assert run_document(machine, "AWS-RunPatchBaseline", Operation=["Scan"])["Status"] == "Success"
    result = run_document(linux, "AWS-RunShellScript", commands=["needs-restarting || exit 194"])
    assert (result["Status"], result["ResponseCode"]) == ("Success", 0), result
    assert result["StandardOutputContent"] == "up to date\n", "the script runs again after the reboot"
    refused("InvalidDocument", 400, ssm.send_command, InstanceIds=[linux], DocumentName="AWS-StopEC2Instance")
    refused("ValidationException", 400, ssm.send_command, InstanceIds=[linux], DocumentVersion="newest", **order)


def run_automations():
    def run(document, **more):
        execution = ssm.start_automation_execution(DocumentName=document, **more)["AutomationExecutionId"]

        def ended():
            one = ssm.get_automation_execution(AutomationExecutionId=execution)["AutomationExecution"]
            return one if one["AutomationExecutionStatus"] not in ("Pending", "InProgress") else None

        return wait_until("the automation", ended)

    token = {"ClientToken": "0f0e0d0c-0b0a-4908-a706-050403020100"}
    shop = {"Parameters": {"Shop": ["lisbon"]}, **token}
    result = run("Shop-Open", **shop)
    assert result["AutomationExecutionStatus"] == "Success" and result["Parameters"] == shop["Parameters"], result
    assert run("Shop-Open", **shop)["AutomationExecutionId"] == result["AutomationExecutionId"]
    refused("IdempotentParameterMismatch", 400, ssm.start_automation_execution, DocumentName="Shop-Open", **token)
    result = run("Shop-Promote")
    assert (result["AutomationExecutionStatus"], result["FailureMessage"]) == ("Failed", "the replica lags"), result
    assert result["Outputs"] == {"promote.Position": ["0/3000148"]}, result
    assert run("AWS-StopEC2Instance", Parameters={"InstanceId": ["i-0"]})["AutomationExecutionStatus"] == "Success"
    unknown = "AutomationDefinitionNotFoundException"
    for name in "Shop-Opne", "AWS-RunShellScript":
        refused(unknown, 400, ssm.start_automation_execution, DocumentName=name)
    unknown = "00000000-0000-0000-0000-000000000000"
    refused("AutomationExecutionNotFoundException", 400, ssm.get_automation_execution, AutomationExecutionId=unknown)


def clean_up(ids):
    drs.disconnect_recovery_instance(recoveryInstanceID=ids[0])
    ec2.terminate_instances(InstanceIds=ids[:1])
    job = drs.terminate_recovery_instances(recoveryInstanceIDs=ids)["job"]
    assert (job["type"], len(job["participatingServers"])) == ("TERMINATE", len(ids))
    job = wait_until("the cleanup", lambda: job_ended(job))
    assert {p["launchStatus"] for p in job["participatingServers"]} == {"TERMINATED"}
    assert not {one["recoveryInstanceID"] for one in every(drs, "describe_recovery_instances")[0]} & set(ids)


def ask_with_the_cli():
    """The AWS CLI brings its own botocore, and its own opinion."""
    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    settings = {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_MAX_ATTEMPTS": "1",
    }

    def cli(*words):
        command = [sys.executable, aws, "--endpoint-url", ENDPOINT, "--output", "json", *words]
        return subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60)

    def says(*words):
        done = cli(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert says("sts", "get-caller-identity")["Account"] == "123456789012"
    assert len(says("drs", "describe-source-servers")["items"]) == 6
    assert says("drs", "describe-jobs")["items"][0]["type"] == "TERMINATE", "newest first"
    assert "Reservations" in says("ec2", "describe-instances")
    assert len(says("ssm", "list-commands")["Commands"]) == 7
    failed = cli("drs", "get-launch-configuration", "--source-server-id", "s-00000000000000000")
    assert failed.returncode != 0 and "ResourceNotFoundException" in failed.stderr, failed.stderr


who_am_i()
estate = look_at_servers()
meet_trouble(estate)
look_at_other_regions(estate["db-1"])
change_records()
drill_job = drill(estate)
leave_what_is_protected(estate["safe"])
by_server = look_at_instances(drill_job, estate)
instances = list(by_server.values())
linux, windows = (by_server[estate[name]["sourceServerID"]] for name in ("db-1", "app-1"))
run_commands([linux] + [one for one in instances if one != linux])
run_documents_of_aws(linux, windows)
run_automations()
clean_up(instances)
ask_with_the_cli()
print(f"boto3 {boto3.__version__}: {replies_judged} replies, no complaint")
