def prompt(events, context):
    question = ""
    found = ""
    for line in events["output"].splitlines():
        words = line.split(" ")
        if words[:2] == ["moontide:", "paused:"] and len(words) > 3 and not found:
            found = words[3]
        elif line.startswith("? ") and not question:
            question = line.split(" | ", 1)[-1][:300]
    if not found:
        raise Exception("the command has paused, and does not say what it asks")
    return {"Prompt": found.replace("%20", " ").replace("%25", "%"), "Question": question}
