// story is all there is to tell about a delivery, besides its line.
function story(d) {
	const told = [d.detail, ...(d.warnings || []).map((warning) => say("warning") + ": " + warning)].filter(Boolean);
	return make("div", "story",
		told.length > 0 ? make("div", "told", ...told.map((text) => make("p", "", text))) : null,
		make("ol", "steps", ...d.steps.map((step) => stepLine(d, step))),
		make("div", "particulars", facts(d), timing(d)),
		d.forwarded ? forwarded(d) : null);
}

const marks = { passed: "✓", not_reached: "·", skipped: "–" };

function stepLine(d, { step, state, note }) {
	const mark = make("span", "mark", marks[state] || signs[d.outcome]);
	mark.setAttribute("aria-hidden", "true");
	const text = inBoth(note)[0];
	const word = make("span", text ? "unseen" : "", say(state) + " ");
	return make("li", state, mark, make("span", "name", say(step)), make("span", "note", word, text));
}

function facts(d) {
	const list = make("dl", "");
	const add = (name, value) => value && list.append(make("dt", "", say(name)), make("dd", "", value));
	add("received", exactTime(d.received));
	if (d.level !== "stranger") {
		add("merchant", d.merchant);
		add("event", [d.kind, d.event_type].filter(Boolean).join(" "));
	}
	add("key", d.id);
	add("order", d.out_trade_no);
	add("transaction", d.transaction_id);
	add("amount", d.amount && inBoth(d.amount)[0]);
	add("sender", d.remote_ip);
	return list;
}

// timing shows what the time went to.
function timing(d) {
	const parts = ["verify", "lookup", "store", "upstream"].map((name) => [name, d.took[name] || 0]);
	parts.push(["rest", Math.max(0, d.took.all - parts.reduce((sum, [, took]) => sum + took, 0))]);
	const bar = make("div", "bar");
	const legend = make("p", "legend", make("b", "", say("took") + " " + duration(d.took.all)));
	if (isSlow(d)) legend.append(" ", make("span", "slow", say("slow")));
	for (const [name, took] of parts) {
		if (took === 0) continue;
		const piece = make("span", name);
		piece.style.flexGrow = took;
		bar.append(piece);
		legend.append(" ", make("span", "part", make("i", name), say(name) + " " + duration(took)));
	}
	bar.setAttribute("aria-hidden", "true");
	return make("div", "timing", bar, legend);
}

function forwarded(d) {
	const text = make("pre", "");
	text.tabIndex = 0;
	text.setAttribute("aria-label", say("forwarded"));
	for (const part of d.forwarded.split(/(•••• \w+|^ *"[\w.-]+": )/m)) {
		if (part.startsWith("••••")) text.append(make("span", "masked", part));
		else text.append(part.endsWith(": ") ? make("span", "name", part) : part);
	}
	return make("div", "forwarded", make("h2", "", say("forwarded"), " ", make("span", "", d.forwarded_type || "")), text);
}

function isSlow(d) {
	return d.took.all > 5e6;
}

function duration(microseconds) {
	if (microseconds >= 1e6) return (microseconds / 1e6).toFixed(1) + " s";
	if (microseconds >= 1e3) return (microseconds / 1e3).toFixed(microseconds >= 1e4 ? 0 : 1) + " ms";
	return microseconds + " µs";
}

function clock(date) {
	return date.toLocaleTimeString("en-GB");
}

function day(date) {
	return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}

function time(received) {
	const date = new Date(received);
	const today = day(date) === day(new Date());
	const element = make("time", "time", today ? clock(date) : day(date).slice(5) + " " + clock(date));
	element.dateTime = received;
	return element;
}

function exactTime(received) {
	const date = new Date(received);
	return day(date) + " " + clock(date) + "." + String(date.getMilliseconds()).padStart(3, "0");
}
