"""An editor's session with the language server, through pygls: a client that others wrote.

    python client.py MOONTIDE RUNBOOK

Says what it found, and how long each answer took; ends with 1 if something is not as it should be.
"""

import asyncio
import pathlib
import signal
import sys
import time

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

MOONTIDE, RUNBOOK = sys.argv[1], pathlib.Path(sys.argv[2])
URI = RUNBOOK.as_uri()
EDITS = 10

signal.alarm(240)  # A session that waits for ever ends here, with SIGALRM.


class Editor:
    """A client with one open document."""

    def __init__(self):
        self.client = LanguageClient("an editor", "1")
        self.text = RUNBOOK.read_text()
        self.version = 0
        self.told = asyncio.Queue()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def hear(params):
            self.told.put_nowait(params)

    def open(self):
        self.version = 1
        document = lsp.TextDocumentItem(URI, "luau", self.version, self.text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))

    def type(self, old, new):
        """Puts one piece of text in the place of another, as a person does: only that is sent."""
        begin = self.text.index(old)
        line, character = position(self.text, begin)
        last, behind = position(self.text, begin + len(old))
        change = lsp.TextDocumentContentChangePartial(
            range=lsp.Range(lsp.Position(line, character), lsp.Position(last, behind)), text=new
        )
        self.text = self.text.replace(old, new, 1)
        self.version += 1
        document = lsp.VersionedTextDocumentIdentifier(self.version, URI)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    async def diagnostics(self):
        """What is wrong with the newest text."""
        while True:
            told = await self.told.get()
            if told.uri == URI and told.version == self.version:
                return told.diagnostics

    def at(self, found):
        """The place behind a piece of text."""
        line, character = position(self.text, self.text.index(found) + len(found))
        return {"text_document": lsp.TextDocumentIdentifier(URI), "position": lsp.Position(line, character)}

    async def completion(self, found):
        return await self.client.text_document_completion_async(lsp.CompletionParams(**self.at(found)))


def position(text, offset):
    before = text[:offset]
    return before.count("\n"), len(before.rsplit("\n", 1)[-1].encode("utf-16-le")) // 2


async def timed(what, awaitable):
    begun = time.perf_counter()
    found = await awaitable
    took = (time.perf_counter() - begun) * 1000
    print(f"{what}: {took:.0f} ms")
    return found, took


def expect(condition, what):
    if not condition:
        print(f"not as it should be: {what}")
        sys.exit(1)


async def session():
    editor = Editor()
    client = editor.client
    await client.start_io(MOONTIDE, "lsp")
    told, _ = await timed(
        "start",
        client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(), root_uri=RUNBOOK.parent.as_uri()
            )
        ),
    )
    expect(told.server_info.name == "moontide", told.server_info)
    client.initialized(lsp.InitializedParams())

    editor.open()
    wrong, _ = await timed("a runbook is opened", editor.diagnostics())
    expect(len(wrong) == 0, wrong)

    times = []
    for edit in range(EDITS):
        editor.type("ssm.run_command {", "ssm.run_comand {")
        wrong, took = await timed("an edit with a mistake", editor.diagnostics())
        times.append(took)
        expect(len(wrong) == 1 and wrong[0].code == "M0210", wrong)
        expect("did you mean `run_command`?" in wrong[0].message, wrong[0].message)
        marked = editor.text.splitlines()[wrong[0].range.start.line]
        marked = marked[wrong[0].range.start.character : wrong[0].range.end.character]
        expect(marked == "run_comand", marked)
        editor.type("ssm.run_comand {", "ssm.run_command {")
        expect(len(await editor.diagnostics()) == 0, "mended")
    print(f"an edit with a mistake, the median of {EDITS}: {sorted(times)[EDITS // 2]:.0f} ms")

    # A burst of keys: only the last text is told of.
    for letter in "abc":
        editor.type("run_command {", f"{letter}run_command {{")
    wrong, _ = await timed("three edits at once", editor.diagnostics())
    expect(len(wrong) == 1 and "`abcrun_command`" in wrong[0].message, wrong)
    editor.type("abcrun_command", "run_command")
    expect(len(await editor.diagnostics()) == 0, "mended")

    editor.type("\tssm.run_command {", "\tssm.\n\tssm.run_command {")
    offers, _ = await timed("completion of `ssm.`", editor.completion("\tssm."))
    labels = {offer.label for offer in offers}
    print(f"  {', '.join(sorted(labels))}")
    expect({"run_command", "run_automation", "await_agents"} <= labels, labels)
    editor.type("\tssm.\n", "")

    editor.type("verify = database_answers", "verify = function(wave) wave. end")
    offers, _ = await timed("completion of `wave.`", editor.completion("(wave) wave."))
    labels = {offer.label for offer in offers}
    print(f"  {', '.join(sorted(labels))}")
    expect({"instance_ids", "servers", "params", "mode"} <= labels, labels)
    editor.type("verify = function(wave) wave. end", "verify = database_answers")

    found, _ = await timed(
        "hover", client.text_document_hover_async(lsp.HoverParams(**editor.at("ssm.run_comm")))
    )
    expect("run_command: (Command) -> {Invocation}" in found.contents.value, found)
    found, _ = await timed(
        "definition",
        client.text_document_definition_async(lsp.DefinitionParams(**editor.at("ssm.run_comm"))),
    )
    path = pathlib.Path(found.uri.removeprefix("file://"))
    line = path.read_text().splitlines()[found.range.start.line]
    expect(line.startswith("function ssm.run_command("), (found, line))

    await client.shutdown_async(None)
    client.exit(None)
    code = await asyncio.wait_for(client._server.wait(), 30)
    expect(code == 0, f"the server ended with {code}")
    await client.stop()


asyncio.run(session())
