package io.feiqian.rpc;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Iterator;
import java.util.List;

/** Fields of requests as policies name them. */
public final class RequestFields {
    private RequestFields() {}

    /**
     * The text of a field by its path in the contract, such as {@code payer.account}; empty where
     * there is no such field, or it has no text.
     */
    public static String text(Message request, String path) {
        return text(request, List.of(path.split("\\.")).iterator());
    }

    private static String text(Message message, Iterator<String> path) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(path.next());
        if (field == null || field.isRepeated()) {
            return "";
        }
        Object value = message.getField(field);
        if (path.hasNext()) {
            return value instanceof Message inner ? text(inner, path) : "";
        }
        return switch (field.getJavaType()) {
            case MESSAGE, BYTE_STRING -> "";
            case ENUM -> value instanceof EnumValueDescriptor known ? known.getName() : "";
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING -> value.toString();
        };
    }
}
