// Judges pages: html-validate of each, and axe-core in jsdom. Contrast needs a browser, and is left out.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const [home, ...pages] = process.argv.slice(2);
const load = (name) => require(require.resolve(name, { paths: [home] }));

async function judge(page) {
	const text = readFileSync(page, "utf8");
	const { HtmlValidate, StaticConfigLoader } = load("html-validate");
	const config = { extends: ["html-validate:recommended", "html-validate:a11y"] };
	const report = await new HtmlValidate(new StaticConfigLoader(config)).validateString(text, page);
	const found = report.results.flatMap((it) => it.messages);
	const said = found.map((it) => `${page}:${it.line}:${it.column}: ${it.ruleId}: ${it.message}`);

	// jsdom cannot read styles for print, and says so; browsers can.
	const { JSDOM, VirtualConsole } = load("jsdom");
	const virtualConsole = new VirtualConsole();
	const options = { runScripts: "outside-only", pretendToBeVisual: true, virtualConsole };
	const { window } = new JSDOM(text, options);
	window.eval(readFileSync(join(home, "node_modules/axe-core/axe.min.js"), "utf8"));
	const rules = { "color-contrast": { enabled: false } };
	const { violations, passes } = await window.axe.run(window.document, { rules });
	if (passes.length < 10) said.push(`${page}: axe-core has looked at nothing`);
	for (const it of violations) {
		said.push(...it.nodes.map((node) => `${page}: ${it.id}: ${it.help}: ${node.html}`));
	}
	const strange = [...window.document.querySelectorAll("script, img, iframe, object, link")];
	said.push(...strange.map((node) => `${page}: a page has no ${node.localName}`));
	return said;
}

Promise.all(pages.map(judge)).then((all) => {
	const said = all.flat();
	console.log(said.join("\n"));
	process.exitCode = said.length > 0 ? 1 : 0;
});
