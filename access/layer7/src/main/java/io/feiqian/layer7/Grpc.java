package io.feiqian.layer7;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.vocabulary.OutcomeCode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What gRPC makes of HTTP/2: how long a call may take, and how it is refused. A refusal of the
 * gateway's own carries the same code in the same metadata as those of cells ({@code feiqian-code},
 * {@code feiqian-message-bin}), so a caller need not know who refused it. Pure functions.
 */
final class Grpc {
    /** No limit. */
    static final long FOR_EVER = Long.MAX_VALUE;

    private static final byte[] CONTENT_TYPE = Bytes.ascii("content-type");
    private static final byte[] TYPE = Bytes.ascii("application/grpc");
    private static final byte[] TIMEOUT = Bytes.ascii("grpc-timeout");
    private static final byte[] STATUS = Bytes.ascii("grpc-status");
    private static final int DIGITS = 8;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROBLEM = "application/problem+json";

    private Grpc() {}

    /** Whether it is a call of gRPC; not one of gRPC-Web, whose refusals are plain HTTP. */
    static boolean is(Head request) {
        int type = request.find(CONTENT_TYPE);
        if (type < 0) {
            return false;
        }
        byte[] all = request.array();
        int from = request.valueStart(type);
        int to = request.valueEnd(type);
        if (to - from < TYPE.length) {
            return false;
        }
        for (int i = 0; i < TYPE.length; i++) {
            if (all[from + i] != TYPE[i]) {
                return false;
            }
        }
        int behind = from + TYPE.length;
        return behind == to || all[behind] == '+' || all[behind] == ';' || all[behind] == ' ';
    }

    /** How long the caller waits, in nanoseconds; {@link #FOR_EVER} where it does not say. */
    static long timeoutNanos(Head request) {
        int field = request.find(TIMEOUT);
        if (field < 0) {
            return FOR_EVER;
        }
        byte[] all = request.array();
        int from = request.valueStart(field);
        int unit = request.valueEnd(field) - 1;
        if (unit - from < 1 || unit - from > DIGITS) {
            return FOR_EVER;
        }
        long number = 0;
        for (int i = from; i < unit; i++) {
            int digit = all[i] - '0';
            if (digit < 0 || digit > 9) {
                return FOR_EVER;
            }
            number = number * 10 + digit;
        }
        return switch (all[unit]) {
            case 'H' -> times(number, 3_600_000_000_000L);
            case 'M' -> times(number, 60_000_000_000L);
            case 'S' -> times(number, 1_000_000_000L);
            case 'm' -> times(number, 1_000_000L);
            case 'u' -> times(number, 1_000L);
            case 'n' -> number;
            default -> FOR_EVER;
        };
    }

    private static long times(long number, long unit) {
        return number > FOR_EVER / unit ? FOR_EVER : number * unit;
    }

    /** Whether trailers say that the service itself has failed, not only this call. */
    static boolean isFailed(Head trailers) {
        int field = trailers.find(STATUS);
        return field >= 0
                && switch (trailers.value(field)) {
                    case "2", "4", "8", "10", "13", "14", "15" -> true;
                    default -> false;
                };
    }

    /** The same refusal as gRPC has it: a status, with our code beside it; no body. */
    static HttpAnswer refusal(HttpAnswer answer) {
        Map<String, String> headers = new LinkedHashMap<>();
        int status = fromHttp(answer.status());
        String message = "HTTP " + answer.status();
        if (answer.contentType().equals(PROBLEM)) {
            JsonNode problem = read(answer.body());
            OutcomeCode code = OutcomeCode.ofNumber(problem.path("code").asInt());
            String detail = problem.path("detail").asText();
            status = fromCode(code, answer.status());
            message = code + ": " + detail;
            headers.put("feiqian-code", Integer.toString(code.number()));
            headers.put(
                    "feiqian-message-bin",
                    Base64.getEncoder()
                            .withoutPadding()
                            .encodeToString(detail.getBytes(StandardCharsets.UTF_8)));
        }
        headers.put("grpc-status", Integer.toString(status));
        headers.put("grpc-message", encode(message));
        return new HttpAnswer(200, "application/grpc", "", headers, answer.close());
    }

    private static JsonNode read(String problem) {
        try {
            return JSON.readTree(problem);
        } catch (JsonProcessingException none) {
            return JSON.createObjectNode();
        }
    }

    /** As cells say it too, where gRPC has nothing that is more exact. */
    private static int fromCode(OutcomeCode code, int httpStatus) {
        if (httpStatus == 504) {
            return 4;
        }
        return switch (code) {
            case UNAUTHENTICATED -> 16;
            case NOT_PERMITTED -> 7;
            case BODY_TOO_LARGE -> 8;
            case UNKNOWN_PATH -> 12;
            default ->
                    switch (code.kind()) {
                        case INVALID -> 3;
                        case NOT_FOUND -> 5;
                        case BUSINESS, CONFLICT -> 9;
                        case ROUTING, UNAVAILABLE -> 14;
                        case ACCEPTED, UNKNOWN, FAULT -> 13;
                    };
        };
    }

    /** As gRPC's own clients read an answer that is none of gRPC. */
    private static int fromHttp(int status) {
        return switch (status) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429, 502, 503, 504 -> 14;
            default -> 2;
        };
    }

    private static String encode(String message) {
        StringBuilder text = new StringBuilder();
        for (byte each : message.getBytes(StandardCharsets.UTF_8)) {
            if (each >= ' ' && each < 0x7f && each != '%') {
                text.append((char) each);
            } else {
                text.append("%%%02X".formatted(each & 0xff));
            }
        }
        return text.toString();
    }
}
