using System.Net;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>nginx with <c>grpc_pass</c> and a configuration of its own, tuned for this load.</summary>
internal static class Nginx
{
    public static IEnumerable<string> Command(string folder, IPEndPoint endPoint, IPEndPoint service)
    {
        string home = Path.Combine(folder, "nginx");
        Directory.CreateDirectory(home);
        string configuration = Path.Combine(home, "nginx.conf");
        File.WriteAllText(configuration, Configuration(home, endPoint, service));
        return ["nginx", "-p", home, "-c", configuration, "-e", Path.Combine(home, "error.log")];
    }

    // One connection to the service per call in flight is how nginx works upstream, so as many are kept open.
    // Request numbers and idle times per connection are far above what a run reaches, so that none is closed under load.
    private static string Configuration(string home, IPEndPoint endPoint, IPEndPoint service) => $$"""
        {{(Environment.UserName == "root" ? "user root;" : "")}}
        daemon off;
        worker_processes auto;
        worker_rlimit_nofile 16384;
        pid {{home}}/nginx.pid;
        error_log {{home}}/error.log crit;
        events {
          worker_connections 8192;
          multi_accept on;
        }
        http {
          access_log off;
          server_tokens off;
          tcp_nodelay on;
          keepalive_requests 1000000000;
          keepalive_timeout 1h;
          client_body_temp_path {{home}}/body;
          proxy_temp_path {{home}}/proxy;
          fastcgi_temp_path {{home}}/fastcgi;
          uwsgi_temp_path {{home}}/uwsgi;
          scgi_temp_path {{home}}/scgi;
          client_body_buffer_size 64k;
          http2_recv_buffer_size 1m;
          http2_max_concurrent_streams 1024;
          upstream service {
            server {{service}};
            keepalive 512;
            keepalive_requests 1000000000;
            keepalive_timeout 1h;
          }
          server {
            listen {{endPoint}} http2 backlog=4096;
            location / {
              grpc_pass grpc://service;
              grpc_buffer_size 16k;
              grpc_read_timeout 1h;
              grpc_send_timeout 1h;
            }
          }
        }
        """;
}
