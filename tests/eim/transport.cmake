# The servers of ESipa, tested over real sockets.
if(TARGET sojourn_esipa AND TARGET sojourn_simulator)
  add_library(sojourn_test_transport STATIC ../support/test_certificates.cc)
  target_link_libraries(sojourn_test_transport PRIVATE sojourn_options OpenSSL::Crypto)
  sojourn_test(https_server_test
    SOURCES http_binding_test.cc https_server_test.cc
    LINKS sojourn_esipa sojourn_simulator sojourn_test_transport)
endif()
