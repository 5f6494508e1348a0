package io.feiqian.alarms.channels;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Configurations as JSON documents, with their secrets: for where these are kept, not for pages or
 * logs. The field {@code type} is {@code mail}, {@code webhook} or {@code sms}; the others are the
 * record's, of which {@code user}, {@code password} and {@code secret} may be left out.
 */
public final class ChannelJson {
    private static final int MOST = 16 * 1024;
    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private ChannelJson() {}

    /** The document of a configuration. */
    public static String write(ChannelConfig config) {
        ObjectNode json = MAPPER.createObjectNode();
        switch (config) {
            case Mail mail -> {
                json.put("type", "mail")
                        .put("host", mail.host())
                        .put("port", mail.port())
                        .put("security", mail.security().name())
                        .put("user", mail.user())
                        .put("password", mail.password())
                        .put("from", mail.from());
                mail.to().forEach(json.putArray("to")::add);
            }
            case Webhook webhook ->
                    json.put("type", "webhook")
                            .put("url", webhook.url().toString())
                            .put("format", webhook.format().name())
                            .put("secret", webhook.secret());
            case Sms sms -> {
                json.put("type", "sms").put("gateway", sms.gateway());
                sms.numbers().forEach(json.putArray("numbers")::add);
            }
        }
        return json.toString();
    }

    /**
     * The configuration of a document.
     *
     * @throws IllegalArgumentException where it is of no known type, or a field is missing, unknown
     *     or wrong; the message holds no secret
     */
    public static ChannelConfig read(String json) {
        ChannelFields fields = new ChannelFields(parse(json));
        String type = fields.text("type");
        ChannelConfig config =
                switch (type) {
                    case "mail" ->
                            new Mail(
                                    fields.text("host"),
                                    fields.number("port"),
                                    fields.oneOf("security", Mail.Security.class),
                                    fields.textOrNone("user"),
                                    fields.textOrNone("password"),
                                    fields.text("from"),
                                    fields.texts("to"));
                    case "webhook" ->
                            new Webhook(
                                    fields.url("url"),
                                    fields.oneOf("format", Webhook.Format.class),
                                    fields.textOrNone("secret"));
                    case "sms" -> new Sms(fields.text("gateway"), fields.texts("numbers"));
                    default -> throw Checks.refusal("type", type, "mail, webhook or sms");
                };
        fields.requireNoOthers();
        return config;
    }

    /** What the parser has to say of a document repeats parts of it. */
    private static ObjectNode parse(String json) {
        Checks.require(json.length() <= MOST, "channel", "too long", MOST + " characters at most");
        try {
            JsonNode tree = MAPPER.readTree(json);
            if (tree instanceof ObjectNode fields) {
                return fields;
            }
        } catch (JsonProcessingException broken) {
            throw Checks.refusal("channel", "no JSON", "a JSON object");
        }
        throw Checks.refusal("channel", "other JSON", "a JSON object");
    }
}
