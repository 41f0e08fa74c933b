// Command caddy is Caddy with the WeChat Pay notification handler built in.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/redis"
)

func main() {
	caddycmd.Main()
}
