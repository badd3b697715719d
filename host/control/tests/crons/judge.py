"""What cronsim and aws-croniter make of expressions: a list of times for each, in seconds, as JSON; null for what is refused."""

import json
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from aws_croniter.aws_croniter import AwsCroniter
from aws_croniter.exceptions import AwsCroniterExpressionYearError
from cronsim import CronSim


def cronsim(expression, zone, first, last):
    place = timezone.utc if zone == "UTC" else ZoneInfo(zone)
    for time in CronSim(expression, datetime.fromtimestamp(first - 1, place)):
        second = int(time.timestamp())
        if second >= last:
            return
        # It begins at the local time, which a fold shows twice.
        if second >= first:
            yield second


def aws_croniter(expression, zone, first, last):
    cron, time = AwsCroniter(expression), datetime.fromtimestamp(first - 1, timezone.utc)
    while time := cron.occurrence(time).next():
        second = int(time.timestamp())
        if second >= last:
            return
        yield second


with open(sys.argv[1]) as file:
    asked = json.load(file)
ways = {"cronsim": cronsim, "aws-croniter": aws_croniter}


def answer(by, expression, zone):
    try:
        return list(ways[by](expression, zone, asked["from"], asked["to"]))
    except AwsCroniterExpressionYearError:
        return None


json.dump([answer(**question) for question in asked["questions"]], sys.stdout)
