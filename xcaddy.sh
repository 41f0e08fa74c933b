#!/usr/bin/env bash
# Builds, runs and tests Caddy with the WeChat Pay plugin. Needs Go, nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

caddy_version=v2.11.9
module=github.com/caddy-wechatpay/caddy-wechatpay

usage() {
	cat >&2 <<-END
		usage: ./xcaddy.sh [build]           build ./caddy
		       ./xcaddy.sh run [<flag>...]   run Caddyfile.example; flags are those of caddy run
		       ./xcaddy.sh demo              see it work
		       ./xcaddy.sh test              run all tests
	END
	exit 2
}

need_go() {
	if ! command -v go >/dev/null; then
		echo "xcaddy.sh: go is not on the PATH; install Go 1.26 or later from https://go.dev/dl/" >&2
		exit 1
	fi
}

# build takes xcaddy where it is installed. Without it, or where it cannot work
# (offline; in a path with blanks), go build makes the same of ./cmd/caddy.
build() {
	if ! command -v xcaddy >/dev/null; then
		plain_build
	elif ! xcaddy_build; then
		echo "xcaddy.sh: xcaddy failed, see above; building ./cmd/caddy without it" >&2
		plain_build
	fi
	touch caddy # go leaves a binary that would not change as it is
}

# The plugin's package lies within the module, and the module is what this directory
# is: it is replaced, where --with .../caddymodule=. would replace the package.
xcaddy_build() {
	xcaddy build "$caddy_version" --with "$module/caddymodule" --with "$module/caddymodule/dedupe/redis" --replace "$module=$PWD" --output caddy
}

# Where git refuses the directory (it belongs to somebody else, as in a container), go
# cannot learn the commit, and would refuse too.
plain_build() {
	local unstamped=
	git status >/dev/null 2>&1 || unstamped=-buildvcs=false
	with_flags build ${unstamped:+"$unstamped"} -ldflags "-w -s" -o caddy ./cmd/caddy
}

# with_flags <verb> <argument>... runs go with the flags of xcaddy. They are the same
# all over, so that all of Caddy is compiled only once.
with_flags() {
	CGO_ENABLED=0 go "$1" -trimpath -tags nobadger,nomysql,nopgx "${@:2}"
}

build_if_needed() {
	if [[ ! -x caddy || -n $(find go.mod go.sum cmd caddymodule internal verifier -newer caddy) ]]; then
		build
	fi
}

run() {
	build_if_needed
	exec ./caddy run --config Caddyfile.example --adapter caddyfile "$@"
}

demo() {
	build_if_needed
	with_flags run ./internal/demo -caddy ./caddy
}

tests() {
	local unformatted race=()
	unformatted=$(gofmt -l .)
	if [[ -n $unformatted ]]; then
		printf 'xcaddy.sh: not formatted by gofmt:\n%s\n' "$unformatted" >&2
		exit 1
	fi
	with_flags vet ./...
	if [[ $(go env CGO_ENABLED) == 1 ]]; then
		race=(-race)
	else
		echo "No C compiler: the tests run without the race detector."
	fi
	# -count=1: go does not notice what changes a test that runs a binary it builds.
	go test -json -count=1 ${race[@]+"${race[@]}"} ./... |
		with_flags run ./internal/testsummary -allow .ci/allowed-skips.txt
	demo
}

verb=${1:-build}
(($# == 0)) || shift
[[ $verb == run || $# == 0 ]] || usage
case $verb in
build | run | demo) ;;
test) verb=tests ;;
*) usage ;;
esac
need_go
"$verb" "$@"
