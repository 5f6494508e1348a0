package io.feiqian.alarms.channels;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Short messages by way of a provider.
 *
 * @param gateway the name of its {@link io.feiqian.alarms.channels.spi.SmsGateway}, which need not
 *     be installed yet
 * @param numbers 1 to 20, as in E.164: {@code +8613800138000}
 */
public record Sms(String gateway, List<String> numbers) implements ChannelConfig {
    private static final int MOST = 20;
    private static final int TAIL = 4;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,59}");
    private static final Pattern NUMBER = Pattern.compile("\\+[1-9][0-9]{6,14}");

    /** Refuses what no gateway could send. */
    public Sms {
        numbers = List.copyOf(numbers);
        Checks.require(
                NAME.matcher(gateway).matches(),
                "gateway",
                gateway,
                "small letters, digits and hyphens");
        Checks.require(
                !numbers.isEmpty() && numbers.size() <= MOST,
                "numbers",
                numbers.size(),
                "1 to " + MOST);
        numbers.forEach(each ->
                Checks.require(
                        NUMBER.matcher(each).matches(), "number", each, "like +8613800138000"));
    }

    /** Numbers belong to persons: only their last digits are shown. */
    @Override
    public String describe() {
        return "short message to %s by %s"
                .formatted(
                        numbers.stream()
                                .map(each -> "…" + each.substring(each.length() - TAIL))
                                .collect(Collectors.joining(", ")),
                        gateway);
    }

    @Override
    public String toString() {
        return describe();
    }
}
