using SnetGateway.Grpc.Client;
using SnetGateway.Storage.Etcd.Wire;

namespace SnetGateway.Storage.Etcd;

/// <summary>The methods of etcd's v3 API that the ledger calls.</summary>
internal static class EtcdMethods
{
    public static readonly GrpcMethod<RangeRequest, RangeResponse> Range = GrpcMethod.Protobuf<RangeRequest, RangeResponse>("/etcdserverpb.KV/Range");

    public static readonly GrpcMethod<TxnRequest, TxnResponse> Txn = GrpcMethod.Protobuf<TxnRequest, TxnResponse>("/etcdserverpb.KV/Txn");

    public static readonly GrpcMethod<WatchRequest, WatchResponse> Watch =
        GrpcMethod.Protobuf<WatchRequest, WatchResponse>("/etcdserverpb.Watch/Watch");

    public static readonly GrpcMethod<StatusRequest, StatusResponse> Status =
        GrpcMethod.Protobuf<StatusRequest, StatusResponse>("/etcdserverpb.Maintenance/Status");

    public static readonly GrpcMethod<AuthenticateRequest, AuthenticateResponse> Authenticate =
        GrpcMethod.Protobuf<AuthenticateRequest, AuthenticateResponse>("/etcdserverpb.Auth/Authenticate");
}
