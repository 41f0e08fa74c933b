#!/usr/bin/env bash
# Builds Caddy the way users do: xcaddy, with the plugin's import path at a version.
# This finds what a build in the working tree cannot find: a file that is not
# committed, a package path that does not resolve, a replace directive that users
# would not have.
#
# Go is told to fetch the module with git, and git to take this repository for the
# one on GitHub. So Go itself packs HEAD and names its version, the pseudo-version
# that the commit has for everybody. In the module cache it may stay: a commit never
# means two contents.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

caddy_version=v2.11.9
module=github.com/caddy-wechatpay/caddy-wechatpay

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

export GIT_CONFIG_GLOBAL=$scratch/gitconfig
git config --global include.path "${HOME:-}/.gitconfig"
git config --global safe.directory '*' # a checkout may belong to somebody else
git config --global "url.file://$PWD.insteadOf" "https://$module"

commit=$(git rev-parse HEAD)
if [[ -n $(git status --porcelain) ]]; then
	echo "Note: there are uncommitted changes. What is built is HEAD, $commit."
fi

go -C .ci/tools build -o "$scratch/xcaddy" github.com/caddyserver/xcaddy/cmd/xcaddy

# build_caddy runs xcaddy outside of this module, on our HEAD.
build_caddy() (
	GONOPROXY="$module,$(go env GONOPROXY)"
	GONOSUMDB="$module,$(go env GONOSUMDB)"
	export GONOPROXY GONOSUMDB
	cd "$scratch"
	./xcaddy build "$caddy_version" --with "$module/caddymodule@$commit" --output caddy
)

if ! build_caddy >"$scratch/log" 2>&1; then
	cat "$scratch/log" >&2
	exit 1
fi

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
expect "$caddy_version" version
expect http.handlers.wechatpay_notify list-modules
expect "-${commit:0:12}" build-info
"$scratch/caddy" build-info | grep "$module"

go run ./internal/demo -caddy "$scratch/caddy"
