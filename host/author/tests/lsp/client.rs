//! An editor in this process: it opens, types and asks, and waits for what it is told.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request, RequestId};
use moontide_author::lsp::{self, Ended, Surroundings};
use moontide_control::environment::Environment;
use moontide_control::error::Result;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What is not told in this time is never told.
const LONGEST: Duration = Duration::from_mins(1);

/// An editor, and the server that it speaks with.
pub(crate) struct Client {
    /// The folder of its files.
    pub(crate) folder: PathBuf,
    _home: TempDir,
    connection: Option<Connection>,
    server: Option<JoinHandle<Result<Ended>>>,
    asked: i32,
    versions: BTreeMap<String, i32>,
    /// What was told last of each file.
    told: RefCell<BTreeMap<String, Vec<Value>>>,
}

impl Client {
    /// One in a folder with these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Client {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("shop");
        fs::create_dir(&folder).expect("it can be made");
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            fs::write(path, text).expect("it writes");
        }
        let data = home.path().join("data");
        let surroundings = Surroundings {
            environment: Environment { home: Some(data.clone()), ..Environment::default() },
            limits: Vec::new(),
            data: Some(data),
            page: |code| Some(format!("# {code}\n")),
            words: |_| "resume".to_owned(),
        };
        let (server, connection) = Connection::memory();
        let server = thread::spawn(move || lsp::serve(server, surroundings));
        let (connection, server) = (Some(connection), Some(server));
        let (versions, told) = (BTreeMap::new(), RefCell::default());
        let mut client =
            Client { folder, _home: home, connection, server, asked: 0, versions, told };
        let told = client.ask("initialize", json!({ "capabilities": {} }));
        assert_eq!(told["serverInfo"]["name"], "moontide");
        client.say("initialized", json!({}));
        client
    }

    fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("it is there until the end")
    }

    /// What a file is called.
    pub(crate) fn uri(&self, name: &str) -> String {
        format!("file://{}", self.folder.join(name).display())
    }

    /// Says something.
    pub(crate) fn say(&self, method: &str, params: Value) {
        let said = Notification::new(method.to_owned(), params);
        self.connection().sender.send(said.into()).expect("the server lives");
    }

    /// Asks something, and waits for the answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        let asked = Request::new(id.clone(), method.to_owned(), params);
        self.connection().sender.send(asked.into()).expect("the server lives");
        loop {
            if let Message::Response(answer) = self.hear()
                && answer.id == id
            {
                return answer.response_result.unwrap_or_else(|error| json!({ "error": error }));
            }
        }
    }

    fn hear(&self) -> Message {
        let said = self.connection().receiver.recv_timeout(LONGEST);
        let said = said.expect("the server says something");
        if let Message::Notification(Notification { params, .. }) = &said
            && let Some(uri) = params["uri"].as_str()
        {
            let all = params["diagnostics"].as_array().expect("a list").clone();
            self.told.borrow_mut().insert(uri.to_owned(), all);
        }
        said
    }

    /// What an editor shows at a file, as far as it was told.
    pub(crate) fn shown(&self, name: &str) -> Vec<Value> {
        self.told.borrow().get(&self.uri(name)).cloned().unwrap_or_default()
    }

    /// Opens a file with this text, whatever is saved.
    pub(crate) fn open(&mut self, name: &str, text: &str) {
        let uri = self.uri(name);
        self.versions.insert(name.to_owned(), 1);
        let document = json!({ "uri": uri, "languageId": "luau", "version": 1, "text": text });
        self.say("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Types: the whole text is another one.
    pub(crate) fn edit(&mut self, name: &str, text: &str) {
        let version = self.versions.get_mut(name).expect("it is open");
        *version += 1;
        let document = json!({ "uri": self.uri(name), "version": self.versions[name] });
        let changes = json!([{ "text": text }]);
        self.say(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    /// Closes it.
    pub(crate) fn close(&mut self, name: &str) {
        self.versions.remove(name);
        let document = json!({ "uri": self.uri(name) });
        self.say("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// What is wrong with the newest text of a file: once it is told.
    pub(crate) fn wrong(&self, name: &str) -> Vec<Value> {
        let (uri, version) = (self.uri(name), self.versions.get(name));
        loop {
            let Message::Notification(told) = self.hear() else { continue };
            let params = told.params;
            if params["uri"] == uri.as_str()
                && params["version"].as_i64() == version.map(|it| i64::from(*it))
            {
                return params["diagnostics"].as_array().expect("a list").clone();
            }
        }
    }

    /// The same, each as its line and its message.
    pub(crate) fn said(&self, name: &str) -> Vec<String> {
        let line = |it: &Value| {
            let (line, message) = (&it["range"]["start"]["line"], &it["message"]);
            format!("{line}: {}", message.as_str().expect("a text"))
        };
        self.wrong(name).iter().map(line).collect()
    }

    /// Asks about the place of `|` in a text, which is typed without it.
    pub(crate) fn at(&mut self, name: &str, text: &str, method: &str) -> Value {
        let (before, behind) = text.split_once('|').expect("a place");
        self.edit(name, &format!("{before}{behind}"));
        let line = before.matches('\n').count();
        let last = before.rsplit('\n').next().unwrap_or_default();
        let position = json!({ "line": line, "character": last.encode_utf16().count() });
        let document = json!({ "uri": self.uri(name) });
        self.ask(method, json!({ "textDocument": document, "position": position }))
    }

    /// The labels of what could be written there.
    pub(crate) fn offers(&mut self, name: &str, text: &str) -> Vec<String> {
        let told = self.at(name, text, "textDocument/completion");
        let items = told.as_array().expect("a list");
        items.iter().filter_map(|it| it["label"].as_str().map(str::to_owned)).collect()
    }

    /// Ends the session as an editor does.
    pub(crate) fn end(mut self) -> Ended {
        self.ask("shutdown", Value::Null);
        self.say("exit", Value::Null);
        self.join()
    }

    /// Is gone without a word.
    pub(crate) fn vanish(mut self) -> Ended {
        self.connection = None;
        self.join()
    }

    fn join(&mut self) -> Ended {
        let server = self.server.take().expect("it ends once");
        server.join().expect("it does not panic").expect("it does not fail")
    }
}

/// A file of this repository.
pub(crate) fn repository(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).expect("it is there")
}
