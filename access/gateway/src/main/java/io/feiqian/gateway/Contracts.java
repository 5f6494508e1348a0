package io.feiqian.gateway;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Tells whether two descriptors of a service say the same. */
final class Contracts {
    private Contracts() {}

    /**
     * What a service's contract comes to: equal for equal contracts, whether they were shipped as a
     * file, with comments, or told by an instance, without.
     */
    static String digest(ServiceDescriptor service) {
        Map<String, FileDescriptor> files = new TreeMap<>();
        collect(service.getFile(), files);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.values().forEach(each -> digest.update(plain(each.toProto()).toByteArray()));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java has SHA-256", missing);
        }
    }

    private static void collect(FileDescriptor file, Map<String, FileDescriptor> into) {
        if (into.put(file.getName(), file) == null) {
            file.getDependencies().forEach(each -> collect(each, into));
        }
    }

    private static FileDescriptorProto plain(FileDescriptorProto file) {
        FileDescriptorProto.Builder plain = file.toBuilder().clearSourceCodeInfo();
        plain.getMessageTypeBuilderList().forEach(Contracts::plain);
        plain.getExtensionBuilderList().forEach(Contracts::plain);
        return plain.build();
    }

    private static void plain(DescriptorProto.Builder message) {
        message.getFieldBuilderList().forEach(Contracts::plain);
        message.getExtensionBuilderList().forEach(Contracts::plain);
        message.getNestedTypeBuilderList().forEach(Contracts::plain);
    }

    /** The name in JSON is written out by compilers, and left out where it is the usual one. */
    private static void plain(FieldDescriptorProto.Builder field) {
        if (field.getJsonName().equals(usualName(field.getName()))) {
            field.clearJsonName();
        }
    }

    private static String usualName(String name) {
        StringBuilder usual = new StringBuilder();
        boolean capital = false;
        for (int i = 0; i < name.length(); i++) {
            char each = name.charAt(i);
            if (each == '_') {
                capital = true;
            } else {
                usual.append(capital && each >= 'a' && each <= 'z' ? (char) (each - 32) : each);
                capital = false;
            }
        }
        return usual.toString();
    }
}
