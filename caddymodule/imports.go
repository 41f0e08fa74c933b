package caddymodule

import (
	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/command" // caddy wechatpay
)
