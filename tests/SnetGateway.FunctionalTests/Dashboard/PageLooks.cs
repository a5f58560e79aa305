using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Dashboard;

/// <summary>Shows a page light and dark, in a wide window and in that of a phone: accessible by axe-core, and not wider than it.</summary>
internal static class PageLooks
{
    public const int Wide = 1280, Narrow = 360;

    public static async Task CheckAsync(Chromium browser, string page)
    {
        string axe = await File.ReadAllTextAsync(Repository.Existing(
            "tests/clients/axe/node_modules/axe-core/axe.min.js", "run tests/run.sh, or npm ci in tests/clients/axe"));
        await browser.ShowAsync(Wide, 900, isDark: false);
        await browser.GoAsync(page);
        await KeepAsync(browser, page, "light");
        await browser.EvaluateAsync("document.querySelectorAll('details').forEach(one => one.open = true); 0");
        await browser.EvaluateAsync(axe + "; 0");
        await CheckAsync(browser, page, "wide, light");
        await browser.ShowAsync(Wide, 900, isDark: true);
        await KeepAsync(browser, page, "dark");
        await CheckAsync(browser, page, "wide, dark", "color-contrast");
        await browser.ShowAsync(Narrow, 800, isDark: true);
        await KeepAsync(browser, page, "phone-dark");
        await CheckAsync(browser, page, "narrow, dark", "color-contrast", "target-size", "scrollable-region-focusable");
        int excess = (await browser.EvaluateAsync($"document.documentElement.scrollWidth - {Narrow}"))!.GetValue<int>();
        Assert.True(excess <= 0, $"{page} is {excess} px wider than its window of {Narrow} px");
        await browser.ShowAsync(Narrow, 800, isDark: false);
        await KeepAsync(browser, page, "phone");
    }

    /// <summary>No rule of axe-core is violated.</summary>
    private static async Task CheckAsync(Chromium browser, string page, string how, params string[] rules)
    {
        string options = rules.Length == 0 ? "{}" : $"{{ runOnly: {JsonSerializer.Serialize(rules)} }}";
        JsonArray violations = (await browser.EvaluateAsync(
            $"axe.run({options}).then(result => result.violations.map(one => "
                + "one.id + ': ' + one.nodes.map(node => node.html + ' ' + node.failureSummary).join(' ')))"))!.AsArray();
        Assert.True(violations.Count == 0, $"{page} ({how}): {violations.ToJsonString()}");
    }

    /// <summary>Pictures for people, where a folder for them is named.</summary>
    private static async Task KeepAsync(Chromium browser, string page, string look)
    {
        if (Environment.GetEnvironmentVariable("SNET_TEST_SCREENSHOTS") is { Length: > 0 } folder)
        {
            string name = string.Concat(new Uri(page).PathAndQuery.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
            await File.WriteAllBytesAsync(
                Path.Combine(folder, $"{name[..Math.Min(30, name.Length)]}-{look}.png"), await browser.ScreenshotAsync());
        }
    }
}
