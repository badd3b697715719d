//! Each command line of a page is one that the command line takes.

use clap::error::ErrorKind;

use super::{Page, all, fenced, prose};
use crate::pages::{errors, guides};

/// The words of a `moontide` command in a line of a shell; `None`: there is none.
fn command(line: &str) -> Option<Vec<String>> {
    let words = shlex::split(line)?;
    // There `moontide` is the name of a crate.
    if words.iter().any(|word| word == "cargo") {
        return None;
    }
    let ends = |word: &String| ["|", "||", "&&", "&", ";", ">", ">>", "<"].contains(&word.as_str());
    let words = words.into_iter().skip_while(|word| word != "moontide");
    let words: Vec<String> = words.take_while(|word| !ends(word)).collect();
    (!words.is_empty()).then_some(words)
}

/// Commands between backticks. What they leave away is said around them.
fn spans(page: &Page) -> Vec<Vec<String>> {
    let prose = prose(page).replace('\n', " ");
    let spans = prose.split('`').skip(1).step_by(2);
    spans.filter(|span| span.starts_with("moontide ")).filter_map(command).collect()
}

fn misread(words: &[String], is_whole: bool) -> Option<String> {
    let error = crate::cli::read(words).err()?;
    let lacks = matches!(
        error.kind(),
        ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    let asks = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let is_right = asks || lacks && !is_whole;
    (!is_right).then(|| {
        format!("{}: {}", words.join(" "), error.to_string().lines().next().unwrap_or_default())
    })
}

/// A page that is named and is not there.
fn unwritten(words: &[String]) -> Option<String> {
    let name = words.get(2).filter(|name| !name.starts_with('-'))?;
    let is_there = match words[1].as_str() {
        "guide" => name == "TOPIC" || guides::find(name).is_some(),
        "explain" => name == "CODE" || errors::find(name).is_some(),
        _ => true,
    };
    (!is_there).then(|| words.join(" "))
}

#[test]
fn every_command_line_of_a_page_is_one_that_the_command_line_takes() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for page in all() {
        let whole = fenced(&page, "sh");
        let whole = whole.iter().filter_map(|line| command(line)).map(|words| (words, true));
        let parts = spans(&page).into_iter().map(|words| (words, false));
        for (words, is_whole) in whole.chain(parts) {
            seen += 1;
            let found = misread(&words, is_whole).or_else(|| unwritten(&words));
            wrong.extend(found.map(|why| format!("{}: {why}", page.path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 150, "only {seen} commands were found");
}

#[test]
fn a_command_is_found_in_a_line_of_a_shell_and_a_wrong_one_is_refused() {
    let words = |line| command(line).unwrap_or_default().join(" ");
    assert_eq!(
        words("*/10 * * * * moontide obligations --carry-out"),
        "moontide obligations --carry-out"
    );
    assert_eq!(
        words("moontide journal x --output json | jq .   # entries"),
        "moontide journal x --output json"
    );
    assert_eq!(command("cargo test -p moontide pages"), None);
    let misread = |line: &str, is_whole| misread(&command(line).expect("a command"), is_whole);
    assert_eq!(misread("moontide resume EXECUTION", true), None);
    assert_eq!(misread("moontide resume", false), None);
    assert!(misread("moontide resume", true).is_some());
    assert!(misread("moontide resume --foce", false).is_some());
    assert!(misread("moontide resum", false).is_some());
    assert!(unwritten(&command("moontide guide strat").expect("a command")).is_some());
    assert!(unwritten(&command("moontide explain M0001").expect("a command")).is_some());
}
