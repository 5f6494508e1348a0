package io.feiqian.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Fields of requests and their values as texts, of a path, a query or a JSON body. */
final class FieldValues {
    private static final BigInteger UNSIGNED_INT = BigInteger.ONE.shiftLeft(32);
    private static final BigInteger UNSIGNED_LONG = BigInteger.ONE.shiftLeft(64);
    private static final int LONGEST_SHOWN = 60;

    private FieldValues() {}

    /** The field by its name in the contract, or by that in lower camel case. */
    static @Nullable FieldDescriptor find(Descriptor type, String name) {
        FieldDescriptor field = type.findFieldByName(name);
        if (field != null) {
            return field;
        }
        for (FieldDescriptor each : type.getFields()) {
            if (each.getJsonName().equals(name)) {
                return each;
            }
        }
        return null;
    }

    static String names(Descriptor type) {
        return type.getFields().stream()
                .map(FieldDescriptor::getName)
                .collect(Collectors.joining(", "));
    }

    static List<String> names(EnumDescriptor type) {
        return type.getValues().stream().map(EnumValueDescriptor::getName).toList();
    }

    static String shortened(String text) {
        String shown =
                text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text;
        return shown.chars()
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    /**
     * The value that a text stands for.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where it is none of the
     *     field's type
     */
    static Object parse(FieldDescriptor field, String text) {
        try {
            return switch (field.getType()) {
                case STRING -> text;
                case BYTES -> ByteString.copyFrom(Base64.getDecoder().decode(text));
                case BOOL -> bool(field, text);
                case ENUM -> enumValue(field, text);
                case FLOAT -> Float.parseFloat(text);
                case DOUBLE -> Double.parseDouble(text);
                case INT32, SINT32, SFIXED32 -> integer(text).intValueExact();
                case INT64, SINT64, SFIXED64 -> integer(text).longValueExact();
                case UINT32, FIXED32 -> unsigned(integer(text), UNSIGNED_INT).intValue();
                case UINT64, FIXED64 -> unsigned(integer(text), UNSIGNED_LONG).longValue();
                case MESSAGE, GROUP -> throw new NumberFormatException(text);
            };
        } catch (IllegalArgumentException | ArithmeticException wrong) {
            throw refused(field, text, "a value of type " + field.getType());
        }
    }

    private static BigInteger integer(String text) {
        if (text.length() > LONGEST_SHOWN || text.contains("e") || text.contains("E")) {
            throw new NumberFormatException(text);
        }
        return new BigDecimal(text).toBigIntegerExact();
    }

    private static BigInteger unsigned(BigInteger value, BigInteger bound) {
        if (value.signum() < 0 || value.compareTo(bound) >= 0) {
            throw new ArithmeticException("out of range");
        }
        return value;
    }

    private static boolean bool(FieldDescriptor field, String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(field, text, "true or false");
        };
    }

    private static EnumValueDescriptor enumValue(FieldDescriptor field, String text) {
        EnumDescriptor type = field.getEnumType();
        EnumValueDescriptor value = type.findValueByName(text);
        if (value == null && text.matches("[0-9]{1,9}")) {
            value = type.findValueByNumber(Integer.parseInt(text));
        }
        if (value == null) {
            throw refused(field, text, "one of " + names(type));
        }
        return value;
    }

    static RefusedException refused(FieldDescriptor field, String text, String expected) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "%s: \"%s\" (expected: %s)".formatted(field.getName(), shortened(text), expected));
    }
}
