// The small page at `/`: sessions, one of them (`#session=ID`, where messages point to), and messages as they would look. It asks the API like everybody else. All that comes from
// there is put in as text, never as markup; the policy allows no script but this one, and no address but this server's.
#include <array>

#include "edge/web/call.h"

namespace gw::web {
namespace {

constexpr std::string_view kHtml = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>glasswatch</title>
<link rel="stylesheet" href="/app.css">
<link rel="icon" href="data:,">
</head>
<body>
<header>
<h1>glasswatch</h1>
<nav><button id="show-sessions">Sessions</button> <button id="show-messages">Messages</button></nav>
<span id="token-box" hidden><label>Token <input id="token" type="password" autocomplete="off"></label>
<button id="use-token">Use</button></span>
<span id="status" role="status"></span>
</header>
<main id="main"></main>
<script src="/app.js"></script>
</body>
</html>
)html";

constexpr std::string_view kCss = R"css(
body { font: 15px/1.45 system-ui, sans-serif; margin: 0; color: #1d1c1d; background: #f6f6f7; }
header { display: flex; gap: 1em; align-items: baseline; padding: .6em 1.2em; background: #fff; border-bottom: 1px solid #ddd; }
h1 { font-size: 1.1em; margin: 0; }
main { padding: 1em 1.2em; }
button { font: inherit; padding: .15em .7em; }
button.on { font-weight: bold; }
#status { color: #666; margin-left: auto; }
table { border-collapse: collapse; background: #fff; width: 100%; }
th, td { text-align: left; padding: .35em .7em; border-bottom: 1px solid #e6e6e6; vertical-align: top; overflow-wrap: anywhere; }
th { color: #555; font-weight: 600; white-space: nowrap; }
.severity-critical { color: #b3261e; font-weight: 600; }
.severity-high { color: #a15c00; font-weight: 600; }
.message { background: #fff; border: 1px solid #ddd; border-radius: 8px; padding: .7em 1em; margin: 0 0 1em; max-width: 46em; }
.about { color: #666; font-size: .85em; }
.header { font-size: 1.15em; font-weight: 700; margin: .3em 0; }
.section { margin: .4em 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: .3em 1em; margin: .4em 0; }
.fields > div { white-space: pre-wrap; overflow-wrap: anywhere; }
.context { color: #666; font-size: .85em; white-space: pre-wrap; overflow-wrap: anywhere; }
.link { color: #1264a3; }
.who { border: 0; background: none; padding: 0; text-align: left; color: #1264a3; cursor: pointer; overflow-wrap: anywhere; }
.facts { width: auto; margin-bottom: 1em; }
.facts td { white-space: pre-wrap; }
code { background: #f2f2f2; border: 1px solid #ddd; border-radius: 3px; padding: 0 .2em; color: #c01343; }
hr { border: 0; border-top: 1px solid #ddd; margin: .7em 0; }
)css";

constexpr std::string_view kScript = R"js('use strict';
const main = document.getElementById('main');
const statusLine = document.getElementById('status');
const kSession = '#session=';
let round = 0;

function view() {
  if (location.hash.startsWith(kSession)) return 'session';
  return location.hash === '#messages' ? 'messages' : 'sessions';
}

// What a browser would obey, hide or reorder, made visible.
function visible(text) {
  return String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (c) => '\\u{' + c.charCodeAt(0).toString(16) + '}');
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = visible(text);
  return made;
}

function putPlain(parent, text) {
  parent.appendChild(document.createTextNode(visible(text)));
}

async function ask(path) {
  const headers = {};
  const token = sessionStorage.getItem('token');
  if (token) headers.Authorization = 'Bearer ' + token;
  const response = await fetch(path, {headers, cache: 'no-store'});
  document.getElementById('token-box').hidden = response.status !== 401;
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail || problem.title || 'HTTP ' + response.status);
  }
  return response.json();
}

function whoOf(s) {
  return s.principal.name || s.principal.arn || s.principal.id;
}

function accountOf(s) {
  return s.account_name ? s.account_name + ' (' + s.account_id + ')' : s.account_id;
}

function sessionTable(sessions) {
  const table = element('table');
  const head = table.appendChild(element('tr'));
  for (const title of ['Severity', 'State', 'Who', 'Account', 'Role', 'How', 'From', 'Started', 'Until', 'Calls', 'Seen by']) {
    head.appendChild(element('th', '', title));
  }
  for (const s of sessions) {
    const row = table.appendChild(element('tr'));
    row.title = s.id;
    row.appendChild(element('td', 'severity-' + s.severity, s.severity));
    const seen = s.acknowledged ? s.acknowledged.by : '';
    row.appendChild(element('td', '', s.state));
    const open = row.appendChild(element('td')).appendChild(element('button', 'who', whoOf(s)));
    open.addEventListener('click', () => { location.hash = kSession + encodeURIComponent(s.id); });
    for (const text of [accountOf(s), s.role || s.task_policy, (s.mechanisms || []).join(', '), s.source_ip, s.started_at,
                        s.expires_at || '', s.counts.calls, seen]) {
      row.appendChild(element('td', '', text));
    }
  }
  return table;
}

function factTable(rows) {
  const table = element('table', 'facts');
  for (const [title, text] of rows) {
    if (text === undefined || text === null || text === '') continue;
    const row = table.appendChild(element('tr'));
    row.appendChild(element('th', '', title));
    row.appendChild(element('td', '', text));
  }
  return table;
}

function said(r) {
  return [r.at, r.by, r.kind, r.independence && 'independent: ' + r.independence, r.ticket, r.note || r.text].filter(Boolean).join(' \u00b7 ');
}

function oneSession(s, activity) {
  const made = element('div');
  made.appendChild(element('h2', 'severity-' + s.severity, whoOf(s) + ' \u2192 ' + accountOf(s) + ' \u00b7 ' + (s.role || s.task_policy || '')));
  const counts = Object.entries(s.counts).filter(([, n]) => n > 0).map(([name, n]) => n + ' ' + name).join(', ');
  const seen = (list, name) => (list || []).map((one) => one[name]).join(', ');
  made.appendChild(factTable([
    ['State', s.state + ', ' + (s.acknowledged ? s.acknowledged.kind + ' by ' + s.acknowledged.by : 'not acknowledged')],
    ['Severity', s.severity], ['Watch', s.watch], ['Planned', (s.planned || []).join(', ')],
    ['How', (s.mechanisms || []).concat(s.also || []).join(', ')], ['From', seen(s.addresses, 'address') || s.source_ip],
    ['With', seen(s.agents, 'agent') || s.user_agent], ['Since', s.started_at], ['Last seen', s.last_seen_at],
    ['Credentials until', s.expires_at && s.expires_at + ' (' + s.expiry_grade + ')'], ['Over since', s.lapsed_at],
    ['MFA', s.mfa === null ? 'not recorded' : String(s.mfa)], ['So far', counts],
    ['High risk', (s.high_risk || []).map((one) => one.call).join(', ')], ['Session name', s.session_name],
    ['Said', (s.responses || []).map(said).join('\n')], ['Notes', (s.notes || []).map(said).join('\n')],
    ['Acknowledge', 'glasswatch ack ' + s.id], ['Feeds', (s.feeds || []).join(', ')]]));
  made.appendChild(element('h2', '', 'Activity'));
  const table = made.appendChild(element('table'));
  const head = table.appendChild(element('tr'));
  for (const title of ['When', 'Call', 'Region', 'From', 'Outcome', '']) head.appendChild(element('th', '', title));
  for (const e of activity) {
    const row = table.appendChild(element('tr'));
    for (const text of [e.event_time, [e.event_source, e.event_name].filter(Boolean).join(' '), e.region, e.source_ip,
                        e.error_code || e.outcome, e.high_risk]) {
      row.appendChild(element('td', '', text));
    }
  }
  return made;
}

// Slack's escapes: only these three.
function unescapeText(text) {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}

// <address|text>, <!date^…|text>, <@person>: shown, not followed.
function reference(inside) {
  const bar = inside.indexOf('|');
  if (bar >= 0) return unescapeText(inside.slice(bar + 1));
  return unescapeText(inside.startsWith('!') ? '@' + inside.slice(1) : inside);
}

function putMrkdwn(parent, text) {
  const pattern = /`([^`\n]+)`|\*([^*\n]+)\*|<([^<>\n]+)>/g;
  let at = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    putPlain(parent, unescapeText(text.slice(at, match.index)));
    if (match[1] !== undefined) {
      parent.appendChild(element('code', '', unescapeText(match[1])));
    } else if (match[2] !== undefined) {
      putMrkdwn(parent.appendChild(element('b')), match[2]);
    } else {
      parent.appendChild(element('span', 'link', reference(match[3])));
    }
    at = match.index + match[0].length;
  }
  putPlain(parent, unescapeText(text.slice(at)));
}

function putText(parent, object) {
  if (!object || typeof object.text !== 'string') return;
  if (object.type === 'mrkdwn') putMrkdwn(parent, object.text);
  else putPlain(parent, object.text);
}

function putBlock(parent, block) {
  if (block.type === 'divider') {
    parent.appendChild(element('hr'));
  } else if (block.type === 'header') {
    putText(parent.appendChild(element('div', 'header')), block.text);
  } else if (block.type === 'section') {
    if (block.text) putText(parent.appendChild(element('div', 'section')), block.text);
    if (Array.isArray(block.fields)) {
      const fields = parent.appendChild(element('div', 'fields'));
      for (const field of block.fields) putText(fields.appendChild(element('div')), field);
    }
  } else if (block.type === 'context') {
    for (const part of block.elements || []) putText(parent.appendChild(element('div', 'context')), part);
  } else {
    parent.appendChild(element('div', 'context', '[' + block.type + ']'));
  }
}

function messageCard(message) {
  const card = element('article', 'message');
  card.appendChild(element('div', 'about', message.receiver + ' \u00b7 ' + message.at));
  if (Array.isArray(message.blocks) && message.blocks.length > 0) {
    for (const block of message.blocks) putBlock(card, block);
  } else {
    putMrkdwn(card.appendChild(element('div', 'section')), String(message.text || ''));
  }
  return card;
}

async function show() {
  const mine = ++round;
  const now = view();
  document.getElementById('show-sessions').className = now === 'sessions' ? 'on' : '';
  document.getElementById('show-messages').className = now === 'messages' ? 'on' : '';
  const made = element('div');
  try {
    if (now === 'session') {
      const path = '/api/v1/sessions/' + encodeURIComponent(decodeURIComponent(location.hash.slice(kSession.length)));
      made.appendChild(oneSession(await ask(path), (await ask(path + '/activity?limit=200')).items));
    } else if (now === 'sessions') {
      const open = (await ask('/api/v1/sessions?state=open&limit=200')).items;
      const over = (await ask('/api/v1/sessions?state=lapsed&limit=50')).items;
      made.appendChild(element('h2', '', open.length + ' open'));
      if (open.length > 0) made.appendChild(sessionTable(open));
      made.appendChild(element('h2', '', 'Lapsed'));
      if (over.length > 0) made.appendChild(sessionTable(over));
    } else {
      const messages = (await ask('/api/v1/messages')).items;
      made.appendChild(element('h2', '', messages.length + ' messages'));
      for (const message of messages) made.appendChild(messageCard(message));
    }
    statusLine.textContent = 'as of ' + new Date().toISOString().slice(11, 19) + ' UTC';
  } catch (error) {
    statusLine.textContent = error.message;
    return;
  }
  if (mine === round) main.replaceChildren(made);
}

window.addEventListener('hashchange', show);
document.getElementById('show-sessions').addEventListener('click', () => { location.hash = 'sessions'; });
document.getElementById('show-messages').addEventListener('click', () => { location.hash = 'messages'; });
document.getElementById('use-token').addEventListener('click', () => {
  sessionStorage.setItem('token', document.getElementById('token').value);
  show();
});
show();
setInterval(show, 5000);
)js";

net::ServerResponse asset(std::string_view content_type, std::string_view text) {
  net::ServerResponse response = respond(200, content_type, std::string(text));
  response.headers.emplace_back(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("X-Frame-Options", "DENY");
  return response;
}

net::ServerResponse html(const Services&, const Call&) { return asset("text/html; charset=utf-8", kHtml); }
net::ServerResponse script(const Services&, const Call&) { return asset("text/javascript; charset=utf-8", kScript); }
net::ServerResponse style(const Services&, const Call&) { return asset("text/css; charset=utf-8", kCss); }

constexpr std::array<Route, 3> kRoutes{{
    {"GET", "/", Permission::none, Body::none, false, html, nullptr},
    {"GET", "/app.js", Permission::none, Body::none, false, script, nullptr},
    {"GET", "/app.css", Permission::none, Body::none, false, style, nullptr},
}};

}  // namespace

std::span<const Route> page_routes() { return kRoutes; }

}  // namespace gw::web
