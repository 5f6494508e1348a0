package io.feiqian.gateway;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What people wrote above the parts of a contract, where its descriptor set kept it. */
final class Comments {
    private final Map<FileDescriptor, Map<List<Integer>, String>> files = new HashMap<>();

    /** Of a service, message, field or method; empty where there is none. */
    String of(GenericDescriptor part) {
        return files.computeIfAbsent(part.getFile(), Comments::read).getOrDefault(place(part), "");
    }

    private static Map<List<Integer>, String> read(FileDescriptor file) {
        Map<List<Integer>, String> comments = new HashMap<>();
        for (SourceCodeInfo.Location each : file.toProto().getSourceCodeInfo().getLocationList()) {
            if (each.hasLeadingComments()) {
                comments.put(
                        List.copyOf(each.getPathList()),
                        each.getLeadingComments().strip().replaceAll("\\s*\\n\\s*", " "));
            }
        }
        return comments;
    }

    /** Where a part stands in its file: field numbers of the file's descriptor, and places. */
    private static List<Integer> place(GenericDescriptor part) {
        List<Integer> place = new ArrayList<>();
        switch (part) {
            case Descriptor message -> {
                Descriptor outer = message.getContainingType();
                place.addAll(outer == null ? List.of() : place(outer));
                place.add(
                        outer == null
                                ? FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER
                                : DescriptorProto.NESTED_TYPE_FIELD_NUMBER);
                place.add(message.getIndex());
            }
            case FieldDescriptor field -> {
                place.addAll(place(field.getContainingType()));
                place.add(DescriptorProto.FIELD_FIELD_NUMBER);
                place.add(field.getIndex());
            }
            case ServiceDescriptor service -> {
                place.add(FileDescriptorProto.SERVICE_FIELD_NUMBER);
                place.add(service.getIndex());
            }
            case MethodDescriptor method -> {
                place.addAll(place(method.getService()));
                place.add(ServiceDescriptorProto.METHOD_FIELD_NUMBER);
                place.add(method.getIndex());
            }
            default -> place.add(-1);
        }
        return place;
    }
}
