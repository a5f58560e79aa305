namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>The short example of each section in docs/configuration.md, by the section's key.</summary>
internal static class OptionExamples
{
    public static IReadOnlyDictionary<string, string> BySection { get; } = new Dictionary<string, string>
    {
        ["Listeners"] = """
            "Listeners": {
              "Public": {
                "Address": "0.0.0.0:443",
                "CertificatePath": "tls/fullchain.pem",
                "KeyPath": "tls/key.pem",
                "Certificates": [ { "CertificatePath": "tls/other-host.pem" } ],
                "TrustedProxies": [ "10.0.0.0/8" ]
              }
            }
            """,
        ["RemoteControl"] = """
            "RemoteControl": { "OperatorAddresses": [ "0x1111111111111111111111111111111111111111" ] }
            """,
        ["Acme"] = """
            "Acme": { "Email": "operator@example.org", "AgreeToTerms": true, "Folder": "/var/lib/snet-gateway/acme" }
            """,
        ["Chain"] = """
            "Chain": {
              "Endpoints": [ "https://first.example.org/v3/KEY", "https://second.example.org" ],
              "ChainId": 1,
              "EscrowAddress": "0xdF8d4826E016aFA8803d94A716FEB70aD5D2B8Ac"
            }
            """,
        ["Registry"] = """
            "Registry": {
              "Folder": "/var/lib/snet-gateway/metadata",
              "Ipfs": { "Apis": [ "http://127.0.0.1:5001", "https://ipfs.singularitynet.io" ] }
            }
            """,
        ["Ledger"] = """
            "Ledger": {
              "Store": "etcd",
              "Etcd": { "Endpoints": [ "http://10.0.0.1:2379", "http://10.0.0.2:2379", "http://10.0.0.3:2379" ] },
              "Journal": { "Path": "/var/lib/snet-gateway/journal" }
            }
            """,
        ["Groups"] = $$"""
            "Groups": {
              "default": {
                "OrganizationId": "my-org",
                "GroupId": "{{Samples.GroupId}}",
                "PaymentAddress": "0x1111111111111111111111111111111111111111",
                "FreeCalls": { "SignerKeyFile": "keys/free-calls.key", "Calls": 100 }
              }
            }
            """,
        ["Services"] = """
            "Services": {
              "translate": { "Group": "default", "ServiceId": "translate", "Price": { "Cogs": 1000 } },
              "draw": {
                "Group": "default",
                "ServiceId": "draw",
                "Hosts": [ "draw.example.org" ],
                "Price": { "Model": "fixed_price_per_method", "Methods": { "/art.Draw/Line": 20, "/art.Draw/Portrait": 5000 } },
                "Heartbeat": { "Kind": "grpc" },
                "Training": { "Address": "http://10.0.0.5:7003" }
              },
              "summary": {
                "Group": "default",
                "ServiceId": "summary",
                "Hosts": [ "summary.example.org" ],
                "Price": { "Model": "dynamic_price", "Cogs": 1000, "Dynamic": { "Timeout": "00:00:02" } }
              }
            }
            """,
        ["AllowedUsers"] = """
            "AllowedUsers": [ "0x1111111111111111111111111111111111111111" ]
            """,
        ["PaidCalls"] = """
            "PaidCalls": { "ServiceTimeout": "00:10:00", "MaxWaitingPerChannel": 0 }
            """,
        ["Backends"] = """
            "Backends": {
              "Clusters": {
                "weather": {
                  "Descriptors": { "ProtoFolder": "protos/weather" },
                  "Http": {
                    "Credentials": { "key": { "Key": "x-api-key", "Value": "set by an environment variable" } },
                    "Methods": { "/weather.Weather/Today": { "Verb": "GET", "Path": "/today/{city}" } }
                  }
                }
              }
            }
            """,
        ["Prepaid"] = """
            "Prepaid": { "SecretPath": "/etc/snet-gateway/prepaid-secret", "TokenLifetime": "1.00:00:00" }
            """,
        ["Claims"] = """
            "Claims": {
              "Signers": { "main": { "KeyPath": "/etc/snet-gateway/payee.json", "PasswordPath": "/etc/snet-gateway/payee.password" } },
              "ValueCogs": "50000000000000000000",
              "MaxAge": "7.00:00:00"
            }
            """,
        ["Web"] = """
            "Web": { "Origins": [ "https://app.example.org" ] }
            """,
        ["Processes"] = """
            "Processes": {
              "Programs": { "model": { "Command": "/usr/local/bin/model", "MaxRunning": 4 } }
            }
            """,
        ["Telemetry"] = """
            "Telemetry": { "Otlp": { "Endpoint": "http://10.0.0.9:4317", "TraceRatio": 0.01 } }
            """,
        ["Log"] = """
            "Log": {
              "File": { "Path": "/var/log/snet-gateway/gateway-.log", "KeepFiles": 90 },
              "Hooks": {
                "operator": {
                  "Kind": "email",
                  "Email": {
                    "Host": "mail.example.org",
                    "UserName": "gateway",
                    "PasswordPath": "/etc/snet-gateway/mail-password",
                    "From": "gateway@example.org",
                    "To": [ "operator@example.org" ]
                  }
                }
              }
            }
            """,
        ["Alerts"] = """
            "Alerts": {
              "UnclaimedCogs": 500000000000,
              "Off": [ "InstanceFlapping" ],
              "Silences": { "move": { "Until": "2026-12-01T06:00:00Z", "Subject": "translate*" } }
            }
            """,
        ["Limits"] = """
            "Limits": {
              "MaxResponseMessageBytes": 67108864,
              "DrainDelay": "00:00:10",
              "Rates": { "payer": { "Per": "payer", "Calls": 50 } },
              "Budgets": { "draw": { "Per": "all", "Service": "draw", "Cogs": 20000000000 } }
            }
            """,
    };
}
