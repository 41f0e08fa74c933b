const outcomes = ["accepted", "duplicate", "declined", "rejected", "failed"];
const signs = { accepted: "✓", duplicate: "=", declined: "✕", rejected: "⊘", failed: "!" };
const perFact = 20;
const $ = (id) => document.getElementById(id);

const state = {
	epoch: "", seen: 0, limits: {}, paused: false, stopped: false,
	facts: new Map(), outcome: "", query: "", language: 0,
	connection: "connecting", since: new Date(), cause: "",
};

const say = (name) => words[name][state.language];
const inBoth = (text) => state.language === 0 ? [text.en, text.zh] : [text.zh, text.en];
const languages = ["en", "zh-CN"];

// make builds an element. Strings among its children become text.
function make(tag, className, ...children) {
	const element = document.createElement(tag);
	if (className) element.className = className;
	element.append(...children.filter((child) => child !== null && child !== undefined));
	return element;
}

function setText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

// Deliveries, grouped by the fact that they tell

function take(delivery) {
	const key = delivery.group || "delivery " + delivery.seq;
	let fact = state.facts.get(key);
	if (!fact) {
		fact = { key, deliveries: [], item: null, details: null };
		state.facts.set(key, fact);
	}
	fact.deliveries.unshift(delivery);
	if (fact.deliveries.length > perFact) fact.deliveries.pop();
	return fact;
}

// forgetSurplus keeps of each level what Caddy keeps, so that the page does not grow.
function forgetSurplus() {
	const counts = {};
	for (const fact of state.facts.values()) {
		for (const { level } of fact.deliveries) counts[level] = (counts[level] || 0) + 1;
	}
	for (const [level, count] of Object.entries(counts)) forgetOldest(level, count - (state.limits[level] ?? count));
}

function forgetOldest(level, surplus) {
	if (surplus <= 0) return;
	const all = [];
	for (const fact of state.facts.values()) {
		for (const delivery of fact.deliveries) if (delivery.level === level) all.push([delivery, fact]);
	}
	all.sort(([a], [b]) => a.seq - b.seq);
	for (const [delivery, fact] of all.slice(0, surplus)) {
		fact.deliveries.splice(fact.deliveries.indexOf(delivery), 1);
		if (fact.deliveries.length > 0) continue;
		state.facts.delete(fact.key);
		fact.item?.remove();
	}
}

function forgetAll() {
	state.facts.clear();
	state.seen = 0;
	$("facts").replaceChildren();
}

// Asking for news

let timer = 0;
let asking = null;

function askSoon(delay) {
	clearTimeout(timer);
	if (!state.paused && !state.stopped && document.visibilityState === "visible") timer = setTimeout(ask, delay);
}

async function ask() {
	if (asking) return;
	asking = new AbortController();
	const limit = setTimeout(() => asking.abort(), 10000);
	const news = await fetchNews(asking.signal);
	clearTimeout(limit);
	asking = null;
	let more = false;
	try {
		more = news !== null && learn(news);
	} finally {
		askSoon(more ? 0 : 1000);
	}
}

async function fetchNews(signal) {
	try {
		const response = await fetch("?after=" + state.seen, { cache: "no-store", redirect: "error", signal });
		if (response.ok) return await response.json();
		connected("refused", String(response.status));
	} catch {
		connected("silent");
	}
	return null;
}

// learn takes what Caddy answered, and reports whether there is more.
function learn(news) {
	connected("live");
	if (state.epoch !== news.epoch) {
		const began = state.epoch === "";
		forgetAll();
		state.epoch = news.epoch;
		if (!began) return true; // a new journal, which counts from 1 again
	}
	state.limits = news.limits;
	const changed = new Set();
	for (const delivery of news.deliveries) {
		state.seen = delivery.seq;
		const fact = take(delivery);
		changed.delete(fact); // the one that changed last comes last
		changed.add(fact);
	}
	if (changed.size > 0) {
		forgetSurplus();
		for (const fact of changed) if (fact.deliveries.length > 0) show(fact);
		applyFilters();
		$("news").textContent = news.deliveries.length + say("came");
	} else {
		showEmpty();
	}
	return news.more;
}

function connected(how, cause) {
	if (how !== state.connection) state.since = new Date();
	state.connection = how;
	state.cause = cause || "";
	showConnection();
}
