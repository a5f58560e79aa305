using System.Globalization;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>Models as consumers get them, and the lists of them.</summary>
internal static class TrainingMessages
{
    public static ModelResponse Of(TrainingModel model)
    {
        var response = new ModelResponse
        {
            ModelId = model.Id,
            Status = (Status)model.Status,
            CreatedDate = DateOf(model.CreatedAt),
            UpdatedDate = DateOf(model.UpdatedAt),
            Name = model.Name,
            Description = model.Description,
            GrpcMethodName = model.GrpcMethod,
            GrpcServiceName = model.GrpcService,
            IsPublic = model.IsPublic,
            TrainingDataLink = model.DataLink,
            CreatedByAddress = model.Creator.ToString(),
            UpdatedByAddress = model.UpdatedBy.ToString(),
        };
        response.AddressList.AddRange(model.Addresses.Append(model.Creator).Select(address => address.ToString()));
        return response;
    }

    /// <summary>One page of the models that a user may see and that fit the request's filters, oldest first.</summary>
    /// <param name="models">The service's models.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="request">The filters, and the page from 0.</param>
    /// <param name="maxPage">The longest page; also the size of a page where the request has none.</param>
    public static IEnumerable<ModelResponse> Page(
        IEnumerable<TrainingModel> models, Address user, AllModelsRequest request, int maxPage)
    {
        // Of a page that is too far behind there is nothing, however large its number.
        int size = (int)Math.Min(request.PageSize == 0 ? (ulong)maxPage : request.PageSize, (ulong)maxPage);
        ulong page = Math.Min(request.Page, int.MaxValue / (ulong)size);
        return models
            .Where(model => model.MayBeUsedBy(user) && Fits(model, request))
            .OrderBy(model => model.CreatedAt).ThenBy(model => model.Id, StringComparer.Ordinal)
            .Skip((int)page * size).Take(size).Select(Of);
    }

    private static bool Fits(TrainingModel model, AllModelsRequest request) =>
        (request.Statuses.Count == 0 || request.Statuses.Contains((Status)model.Status))
        && (!request.HasIsPublic || request.IsPublic == model.IsPublic)
        && model.GrpcMethod.Contains(request.GrpcMethodName, StringComparison.Ordinal)
        && model.GrpcService.Contains(request.GrpcServiceName, StringComparison.Ordinal)
        && model.Name.Contains(request.Name, StringComparison.OrdinalIgnoreCase)
        && model.Creator.ToString().Contains(request.CreatedByAddress, StringComparison.OrdinalIgnoreCase);

    private static string DateOf(DateTimeOffset moment) => moment.UtcDateTime.ToString("dd-MM-yyyy", CultureInfo.InvariantCulture);
}
