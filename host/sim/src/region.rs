//! One Region: the estate that its services share, and what each of them has of its own.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::Estate;
use crate::plug::{Plug, State};
use crate::process::{End, Id, Order};
use crate::services::SERVICES;
use crate::wire::{Reply, Request};

/// A Region, with every service in it.
#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) estate: Estate,
    /// By the name of the service.
    states: BTreeMap<&'static str, Box<dyn State>>,
}

impl Region {
    pub(crate) fn new(mut estate: Estate) -> Self {
        let state = |plug: &Plug| (plug.service.name, (plug.state)(&mut estate));
        let states = SERVICES.iter().map(state).collect();
        Self { estate, states }
    }

    /// Whether it is the one of this name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.estate.scenario.region == name
    }

    /// What a service has here.
    pub(crate) fn state(&self, plug: &Plug) -> &dyn State {
        self.states[plug.service.name].as_ref()
    }

    /// Takes what has to be done to processes.
    pub(crate) fn orders(&mut self) -> Vec<Order> {
        self.states.values_mut().flat_map(|state| state.orders()).collect()
    }

    /// Tells the services that a process has ended.
    pub(crate) fn ended(&mut self, now: Timestamp, process: &Id, end: &End) {
        for state in self.states.values_mut() {
            state.ended(now, process, end.clone());
        }
    }

    /// Lets the service answer.
    pub(crate) fn handle(&mut self, now: Timestamp, request: &Request) -> Reply {
        let state = self.states.get_mut(request.service.name);
        let state = state.expect("a request is of a service of the list, and each has a state");
        state.handle(&mut self.estate, now, request)
    }
}
