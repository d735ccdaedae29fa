# All images at once with BuildKit: npx turbo run build && docker buildx bake -f docker/bake.hcl
variable "NODE_IMAGE" { default = "node:26-slim" }
variable "TAG" { default = "latest" }

group "default" { targets = ["app"] }

target "app" {
  name = app.name
  matrix = {
    app = [
      { name = "chat-relay", port = "5000" },
      { name = "cli", port = "" },
      { name = "contact-registry", port = "8080" },
      { name = "container-server", port = "8888" },
      { name = "file-server", port = "65432" },
      { name = "peer-node", port = "4000" },
      { name = "process-server", port = "7070" },
    ]
  }
  context    = "apps/${app.name}/dist"
  dockerfile = "../../../docker/Dockerfile"
  args       = { APP = app.name, PORT = app.port, NODE_IMAGE = NODE_IMAGE }
  tags       = ["sextant/${app.name}:${TAG}"]
}
