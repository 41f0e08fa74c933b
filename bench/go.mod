module github.com/caddy-wechatpay/caddy-wechatpay/bench

go 1.26.0

replace github.com/caddy-wechatpay/caddy-wechatpay => ../

require (
	github.com/ArtisanCloud/PowerLibs/v3 v3.2.5
	github.com/ArtisanCloud/PowerWeChat/v3 v3.2.38
	github.com/caddy-wechatpay/caddy-wechatpay v0.0.0-00010101000000-000000000000
	github.com/go-pay/gopay v1.5.115
	github.com/objcoding/wxpay v1.0.6
	github.com/silenceper/wechat/v2 v2.1.9
)

require (
	github.com/clbanning/mxj/v2 v2.7.0 // indirect
	github.com/fatih/structs v1.1.0 // indirect
	github.com/go-pay/crypto v0.0.1 // indirect
	github.com/go-pay/util v0.0.4 // indirect
	github.com/go-pay/xlog v0.0.3 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/spf13/cast v1.10.0 // indirect
	golang.org/x/crypto v0.57.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)
