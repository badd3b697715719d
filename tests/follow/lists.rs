//! The list, followed.

use rustix::process::Signal;

use crate::given::{Follower, Shop};
use crate::support::hearing::hearing;

#[test]
fn rows_that_change_are_printed_until_ctrl_c() {
    for shop in [Shop::of(crate::TWO), Shop::in_a_table(crate::TWO)] {
        shop.run().expect(4);
        let list = ["list", "--follow", "--output=json"];
        let mut follower = Follower::of(hearing(shop.command(&list)));
        follower.until("\"status\":\"paused\"");
        shop.look(&["answer", "drill", "first", "continue"]).expect(0);
        follower.until("\"pending\":1");
        assert_eq!(shop.start(&["resume", "drill"]).end().code, Some(0));
        follower.until("\"status\":\"completed\"");
        follower.send(Signal::INT);
        let ran = follower.end();
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(130), ""));
        let lines: Vec<&str> = ran.stdout.lines().collect();
        assert!(lines.windows(2).all(|pair| pair[0] != pair[1]), "{lines:#?}");
        assert!(lines.len() < 8, "only what has changed: {lines:#?}");
    }
}
