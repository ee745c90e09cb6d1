// The process's Vulkan instance, and what the validation layer says.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "vk/internal.h"
#include "vk/switches.h"

static VkInstance instance;
static int users;
static VkDebugUtilsMessengerEXT messenger;
static int validation_errors;

VkInstance vk_instance(void)
{
    return instance;
}

int vk_validation_errors(void)
{
    return validation_errors;
}

const char *vk_result_name(VkResult r)
{
    switch (r) {
    case VK_SUCCESS:
        return "success";
    case VK_NOT_READY:
        return "not ready";
    case VK_TIMEOUT:
        return "timeout";
    case VK_ERROR_OUT_OF_HOST_MEMORY:
        return "out of host memory";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        return "out of device memory";
    case VK_ERROR_INITIALIZATION_FAILED:
        return "initialization failed";
    case VK_ERROR_DEVICE_LOST:
        return "device lost";
    case VK_ERROR_LAYER_NOT_PRESENT:
        return "layer not present";
    case VK_ERROR_EXTENSION_NOT_PRESENT:
        return "extension not present";
    case VK_ERROR_FEATURE_NOT_PRESENT:
        return "feature not present";
    case VK_ERROR_INCOMPATIBLE_DRIVER:
        return "no driver found";
    case VK_ERROR_TOO_MANY_OBJECTS:
        return "too many objects";
    default:
        break;
    }
    static char text[32];
    snprintf(text, sizeof text, "VkResult %d", (int)r);
    return text;
}

static void end_with_failure(void)
{
    fflush(NULL);
    fprintf(stderr, "vkr1: %d validation errors: exit code 3\n", validation_errors);
    _exit(3);
}

static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT type,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data, void *user)
{
    (void)type;
    (void)user;
    bool error = severity & VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
    // The loader reports drivers that do not start as errors of its own; those are the machine's, not ours.
    if (error && type == VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT)
        return VK_FALSE;
    if (error && validation_errors++ == 0)
        atexit(end_with_failure);
    log_warn("validation: %s", data->pMessage);
    return VK_FALSE;
}

static const VkDebugUtilsMessengerCreateInfoEXT messages = {
    .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
    .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT,
    .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
    .pfnUserCallback = on_message,
};

static VkResult create(bool validation)
{
    static const char *const layers[] = {"VK_LAYER_KHRONOS_validation"};
    static const char *const extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
    static const VkValidationFeatureEnableEXT sync[] = {VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
    VkValidationFeaturesEXT features = {
        .sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
        .pNext = &messages,
        .enabledValidationFeatureCount = switches()->sync_validation,
        .pEnabledValidationFeatures = sync,
    };
    VkApplicationInfo app = {
        .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
        .pApplicationName = "vkr1",
        .apiVersion = VK_API_VERSION_1_2,
    };
    VkInstanceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
        .pNext = validation ? &features : NULL,
        .pApplicationInfo = &app,
        .enabledLayerCount = validation,
        .ppEnabledLayerNames = layers,
        .enabledExtensionCount = validation,
        .ppEnabledExtensionNames = extensions,
    };
    return vkCreateInstance(&info, NULL, &instance);
}

bool vk_instance_acquire(struct err *err)
{
    if (users) {
        users++;
        return true;
    }
    if (volkInitialize() != VK_SUCCESS)
        return fail(err, "Vulkan is not available: libvulkan.so.1 cannot be opened. Install the Vulkan loader "
                         "(package libvulkan1) and a driver, or use --device cpu");
    if (volkGetInstanceVersion() < VK_API_VERSION_1_2)
        return fail(err,
                    "the Vulkan loader is older than version 1.2; install a newer libvulkan1, or use --device cpu");
    VkResult r = create(switches()->validation);
    if (r == VK_ERROR_LAYER_NOT_PRESENT)
        return fail(err, "VKR1_VALIDATION is set, but the Khronos validation layer is not installed (package "
                         "vulkan-validationlayers)");
    if (r == VK_ERROR_INCOMPATIBLE_DRIVER)
        return fail(err, "no Vulkan driver is installed or none could be started. Install your GPU's driver or "
                         "mesa-vulkan-drivers (which also runs without a GPU), or use --device cpu");
    if (r != VK_SUCCESS)
        return fail(err, "Vulkan could not be started (vkCreateInstance: %s); try --device cpu", vk_result_name(r));
    volkLoadInstance(instance);
    if (switches()->validation)
        vkCreateDebugUtilsMessengerEXT(instance, &messages, NULL, &messenger);
    users = 1;
    return true;
}

void vk_instance_release(void)
{
    if (--users)
        return;
    if (messenger)
        vkDestroyDebugUtilsMessengerEXT(instance, messenger, NULL);
    vkDestroyInstance(instance, NULL);
    messenger = VK_NULL_HANDLE;
    instance = VK_NULL_HANDLE;
}
