#!/usr/bin/env bash
# Builds Caddy the way users do: xcaddy, with the plugin's import path at a version.
# This finds what a build in the working tree cannot find: a file that is not
# committed, a package path that does not resolve, a replace directive that users
# would not have.
#
# HEAD is published in a module proxy made of files, which is asked before the usual
# one. Its version is the pseudo-version that the commit has for everybody, so that
# it may stay in the module cache: a commit never means two contents.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

caddy_version=v2.11.9
module=github.com/caddy-wechatpay/caddy-wechatpay

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

repository() { git -c safe.directory="$PWD" "$@"; } # a checkout may belong to somebody else

if [[ -n $(repository status --porcelain) ]]; then
	echo "Note: there are uncommitted changes. What is built is HEAD."
fi
time=$(TZ=UTC repository log -1 --date=format-local:%Y%m%d%H%M%S --format=%cd)
version=v0.0.0-$time-$(repository rev-parse HEAD | cut -c 1-12)

# publish fills in the four files of the proxy protocol. Directories with a go.mod of
# their own are modules of their own and no part of this one.
publish() {
	local versions=$scratch/proxy/$module/@v others=() path
	for path in $(repository ls-files '*/go.mod'); do
		others+=(":!$(dirname "$path")")
	done
	mkdir -p "$versions"
	echo "$version" >"$versions/list"
	printf '{"Version":"%s","Time":"%s"}\n' "$version" "$(TZ=UTC repository log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)" >"$versions/$version.info"
	repository show HEAD:go.mod >"$versions/$version.mod"
	repository archive --format=zip --prefix="$module@$version/" --output="$versions/$version.zip" HEAD -- . "${others[@]}"
}

build_caddy() (
	GOPROXY="file://$scratch/proxy,$(go env GOPROXY)"
	GONOSUMDB="$module,$(go env GONOSUMDB)" # it is in no checksum database
	export GOPROXY GONOSUMDB
	cd "$scratch"
	./xcaddy build "$caddy_version" --with "$module/caddymodule@$version" --with "$module/caddymodule/dedupe/redis@$version" --output caddy
)

# expect <text> <argument>... fails unless caddy with these arguments prints the text.
expect() {
	local text=$1 output
	shift
	output=$("$scratch/caddy" "$@")
	if [[ $output != *"$text"* ]]; then
		printf 'xcaddy-route: caddy %s does not show %s but:\n%s\n' "$*" "$text" "$output" >&2
		exit 1
	fi
}

go -C .ci/tools build -o "$scratch/xcaddy" github.com/caddyserver/xcaddy/cmd/xcaddy
publish
if ! build_caddy >"$scratch/log" 2>&1; then
	cat "$scratch/log" >&2
	exit 1
fi
expect "$caddy_version" version
expect http.handlers.wechatpay_notify list-modules
expect http.handlers.wechatpay_inspector list-modules
expect http.wechatpay.stores.file list-modules
expect http.wechatpay.stores.redis list-modules
expect "$version" build-info
expect "hang-up" wechatpay send --fault list
"$scratch/caddy" build-info | grep "$module"
go run ./internal/demo -caddy "$scratch/caddy"
